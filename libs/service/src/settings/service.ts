// Configuration of every service: its own log, its HTTP port, the data stream.
import { settingGroup } from './setting-group.ts'
import { integer, list, oneOf, setting, text } from './config-setting.ts'

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export const logGroup = settingGroup({
  title: "The service's own log",
  variables: {
    MILLRACE_LOG_LEVEL: setting(oneOf(logLevels).default('info'), {
      description: 'Least severe line that the service writes about itself.',
    }),
  },
  shape: (values) => ({ level: values.MILLRACE_LOG_LEVEL }),
})

export const httpGroup = settingGroup({
  title: 'Health and metrics',
  variables: {
    MILLRACE_HTTP_PORT: setting(integer({ min: 0, max: 65_535 }).default(0), {
      description:
        'Port of `/healthz`, `/readyz` and `/metrics`. 0 takes any free port; the log says which.',
    }),
    MILLRACE_HTTP_HOST: setting(
      text({
        pattern: /^[0-9a-zA-Z.:_-]+$/,
        maxLength: 255,
        accepts: 'an IP address or host name of this machine, for example 0.0.0.0',
      }).default('127.0.0.1'),
      { description: 'Address to listen on. `0.0.0.0` (in a container) listens on all.' },
    ),
  },
  shape: (values) => ({ port: values.MILLRACE_HTTP_PORT, host: values.MILLRACE_HTTP_HOST }),
})

const namePart = (maxLength: number) =>
  text({
    pattern: /^[^A-Z\\/*?"<>| ,#:-]+$/,
    maxLength,
    accepts: `1 to ${maxLength} characters without capitals, blanks, dashes and \\ / * ? " < > | , # :`,
  })

export const dataStreamGroup = settingGroup({
  title: 'Data stream',
  variables: {
    MILLRACE_DATASET: setting(namePart(100).default('app'), {
      description: 'Dataset of lines whose sender names none: `logs-<dataset>-<namespace>`.',
    }),
    MILLRACE_NAMESPACE: setting(namePart(100).default('default'), {
      description: 'Namespace of lines whose sender names none, for example `production`.',
    }),
  },
  shape: (values) => ({ dataset: values.MILLRACE_DATASET, namespace: values.MILLRACE_NAMESPACE }),
})

const modulePaths = 'paths of JavaScript or TypeScript modules, for example ./my-format.js'

export const formatsGroup = settingGroup({
  title: 'Formats of your own',
  variables: {
    MILLRACE_FORMATS: setting(list(text(), { accepts: modulePaths }).default([]), {
      description:
        'Modules with log formats of your own, relative to the working directory; asked before the built-in formats. See own-format.md.',
    }),
  },
  shape: (values) => ({ modules: values.MILLRACE_FORMATS }),
})
