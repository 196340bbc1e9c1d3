// The only list of formats. Order decides: of those that recognize a line, the first one reads it.
import type { LogFormat } from './format.ts'
import { access } from './formats/access.ts'
import { apacheError } from './formats/apache-error.ts'
import { bunyan } from './formats/bunyan.ts'
import { cloudwatch } from './formats/cloudwatch.ts'
import { cri } from './formats/cri.ts'
import { docker } from './formats/docker.ts'
import { ecs } from './formats/ecs.ts'
import { gelf } from './formats/gelf.ts'
import { javaText } from './formats/java-text.ts'
import { journald } from './formats/journald.ts'
import { json } from './formats/json.ts'
import { klog } from './formats/klog.ts'
import { lambda } from './formats/lambda.ts'
import { lambdaPlatform } from './formats/lambda-platform.ts'
import { lambdaText } from './formats/lambda-text.ts'
import { log4j2 } from './formats/log4j2.ts'
import { log4js } from './formats/log4js.ts'
import { logback } from './formats/logback.ts'
import { log4jsText } from './formats/log4js-text.ts'
import { logfmt } from './formats/logfmt.ts'
import { logrusText } from './formats/logrus-text.ts'
import { logrus } from './formats/logrus.ts'
import { logstash } from './formats/logstash.ts'
import { loguru } from './formats/loguru.ts'
import { nginxError } from './formats/nginx-error.ts'
import { nginxJson } from './formats/nginx-json.ts'
import { otlp } from './formats/otlp.ts'
import { pino } from './formats/pino.ts'
import { pinoPretty } from './formats/pino-pretty.ts'
import { pythonJsonLogger } from './formats/python-json-logger.ts'
import { pythonLogging } from './formats/python-logging.ts'
import { serilog } from './formats/serilog.ts'
import { slog } from './formats/slog.ts'
import { structlog } from './formats/structlog.ts'
import { syslogRfc3164 } from './formats/syslog-rfc3164.ts'
import { syslogRfc5424 } from './formats/syslog-rfc5424.ts'
import { text } from './formats/text.ts'
import { winston } from './formats/winston.ts'
import { zap } from './formats/zap.ts'
import { zerolog } from './formats/zerolog.ts'

/** `json` and `text` recognize every line of their shape, so they close their parts of the list. */
export const formats: readonly LogFormat[] = [
  otlp,
  cloudwatch,
  docker,
  journald,
  ecs,
  serilog,
  gelf,
  logstash,
  log4j2,
  logback,
  log4js,
  loguru,
  lambdaPlatform,
  bunyan,
  pino,
  slog,
  zap,
  zerolog,
  logrus,
  pythonJsonLogger,
  structlog,
  lambda,
  winston,
  nginxJson,
  json,
  syslogRfc5424,
  syslogRfc3164,
  cri,
  klog,
  access,
  nginxError,
  apacheError,
  lambdaText,
  logfmt,
  logrusText,
  pythonLogging,
  javaText,
  log4jsText,
  pinoPretty,
  text,
]
