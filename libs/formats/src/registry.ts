// The only list of formats. Order decides: of those that recognize a line, the first one reads it.
import type { LogFormat } from './format.ts'
import { access } from './formats/access.ts'
import { apacheError } from './formats/apache-error.ts'
import { bunyan } from './formats/bunyan.ts'
import { cri } from './formats/cri.ts'
import { ecs } from './formats/ecs.ts'
import { javaText } from './formats/java-text.ts'
import { json } from './formats/json.ts'
import { klog } from './formats/klog.ts'
import { lambdaText } from './formats/lambda-text.ts'
import { log4jsText } from './formats/log4js-text.ts'
import { logfmt } from './formats/logfmt.ts'
import { logrusText } from './formats/logrus-text.ts'
import { nginxError } from './formats/nginx-error.ts'
import { pino } from './formats/pino.ts'
import { pinoPretty } from './formats/pino-pretty.ts'
import { pythonLogging } from './formats/python-logging.ts'
import { syslogRfc3164 } from './formats/syslog-rfc3164.ts'
import { syslogRfc5424 } from './formats/syslog-rfc5424.ts'
import { text } from './formats/text.ts'
import { winston } from './formats/winston.ts'

/** `json` and `text` recognize every line of their shape, so they close their parts of the list. */
export const formats: readonly LogFormat[] = [
  ecs,
  bunyan,
  pino,
  winston,
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
