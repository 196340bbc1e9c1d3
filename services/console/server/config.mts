// Configuration: what the console can be told, by environment variable.
import { isIP } from 'node:net'
import {
  type Config,
  consumerGroup,
  dataStreamGroup,
  elasticsearchGroup,
  formatsGroup,
  httpGroup,
  integer,
  kafkaGroup,
  kibanaGroup,
  list,
  logGroup,
  present,
  setting,
  settingGroup,
  text,
} from '@millrace/service'

const hostName = (accepts: string) =>
  text({ pattern: /^[0-9a-zA-Z.:_-]+$/, maxLength: 255, accepts })

const consoleGroup = settingGroup({
  title: 'Console',
  variables: {
    MILLRACE_CONSOLE_HOST: setting(
      hostName('an IP address or host name of this machine, for example 0.0.0.0').default(
        '127.0.0.1',
      ),
      {
        description:
          'Address on which the page is served. Any other than loopback needs MILLRACE_CONSOLE_TOKEN.',
      },
    ),
    MILLRACE_CONSOLE_PORT: setting(integer({ min: 0, max: 65_535 }).default(9460), {
      description: 'Port of the page. 0 takes any free port; the log says which.',
    }),
    MILLRACE_CONSOLE_TOKEN: setting(
      text({
        pattern: /^[\x21-\x7E]{16,}$/,
        maxLength: 512,
        accepts:
          'at least 16 letters, digits and signs without blanks, as `openssl rand -hex 24` makes them',
      }).optional(),
      {
        description:
          'What people type once to see the page, and programs send as `Authorization: Bearer`.',
        secret: true,
      },
    ),
    MILLRACE_CONSOLE_NAMES: setting(
      list(hostName('a host name'), {
        accepts: 'host names, for example console.example.com',
        max: 16,
      }).default([]),
      {
        description:
          'Further names by which the page is reached, behind a proxy for example. Requests for other names are refused, IP addresses and localhost excepted.',
      },
    ),
    MILLRACE_CONSOLE_AUDIT_HOURS: setting(integer({ min: 1, max: 8_760 }).default(24), {
      description:
        'The Delivery view audits the instances that were heard of in this time. `millrace audit` does all.',
      unit: 'hours',
    }),
  },
  shape: (values, report) => {
    const host = values.MILLRACE_CONSOLE_HOST
    const token = values.MILLRACE_CONSOLE_TOKEN
    if (!isLoopback(host) && token === undefined) {
      const rest = 'is not loopback, so that others can reach the page; set MILLRACE_CONSOLE_TOKEN.'
      report('MILLRACE_CONSOLE_HOST', `is "${host}", which ${rest}`)
    }
    return {
      host,
      port: values.MILLRACE_CONSOLE_PORT,
      names: values.MILLRACE_CONSOLE_NAMES,
      auditHours: values.MILLRACE_CONSOLE_AUDIT_HOURS,
      ...present({ token }),
    }
  },
})

/** All that the console reads from its environment. */
export const consoleGroups = {
  kafka: kafkaGroup,
  consumer: consumerGroup,
  elasticsearch: elasticsearchGroup,
  kibana: kibanaGroup,
  dataStream: dataStreamGroup,
  formats: formatsGroup,
  console: consoleGroup,
  http: httpGroup,
  log: logGroup,
}

export type ConsoleConfig = Config<typeof consoleGroups>

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
