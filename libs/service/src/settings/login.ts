// Configuration of a login over HTTP: an API key or a user with a password, and the authorities to trust.
import { setting, text } from './config-setting.ts'
import { present, type ReportProblem } from './setting-group.ts'
import { checkAuthorities } from './tls-material.ts'

export const apiKey = setting(
  text({
    pattern: /^[\x21-\x7E]+$/,
    maxLength: 4096,
    accepts: 'one line of 1 to 4096 letters, digits and signs without blanks',
  }).optional(),
  {
    description: 'API key, in the encoded form that Elasticsearch hands out.',
    secret: true,
  },
)

export const username = setting(text().optional(), {
  description: 'User name, where there is no API key.',
})

export const password = setting(text().optional(), {
  description: 'Password of that user.',
  secret: true,
})

export const authorities = setting(
  text({
    pattern: /-----BEGIN CERTIFICATE-----/,
    maxLength: 1_000_000,
    accepts: 'a certificate in PEM text, with its line -----BEGIN CERTIFICATE-----',
  }).optional(),
  {
    description: "Certificate authorities (PEM) to trust in place of the system's.",
    fromFile: true,
  },
)

export interface Login {
  apiKey: string | undefined
  username: string | undefined
  password: string | undefined
  ca: string | undefined
}

/** What is set of it, once it fits together. `prefix` is that of the variables: MILLRACE_KIBANA. */
export function loginOf(
  prefix: string,
  login: Login,
  { addresses, report }: { addresses: readonly string[]; report: ReportProblem },
) {
  if (login.apiKey !== undefined && (login.username ?? login.password) !== undefined) {
    const rest = 'is set beside a user name or password; set either the key or those two.'
    report(`${prefix}_API_KEY`, rest)
  } else if (login.username !== undefined && login.password === undefined) {
    report(`${prefix}_PASSWORD`, `is not set; ${prefix}_USERNAME needs its password.`)
  } else if (login.password !== undefined && login.username === undefined) {
    report(`${prefix}_USERNAME`, `is not set; ${prefix}_PASSWORD needs its user name.`)
  }
  if (login.ca !== undefined && addresses.every((address) => address.startsWith('http:'))) {
    report(`${prefix}_CA`, `is set, but no address in ${prefix}_URL begins with https.`)
  }
  checkAuthorities(`${prefix}_CA`, login.ca, report)
  return present({ ...login })
}
