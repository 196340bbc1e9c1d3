// Configuration of TLS: certificates and keys are read once at start, so that a wrong file ends the start and not the first connection.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { errorText } from '@millrace/foundation'
import { type ReportProblem } from './setting-group.ts'

/** PEM texts. */
export interface TlsMaterial {
  ca?: string
  cert?: string
  key?: string
  passphrase?: string
}

/** Reports what can't be read or does not fit together. `prefix` is that of the variables: MILLRACE_KAFKA_TLS. */
export function checkTlsMaterial(
  prefix: string,
  { ca, cert, key, passphrase }: TlsMaterial,
  report: ReportProblem,
): void {
  checkAuthorities(`${prefix}_CA`, ca, report)
  const certificate = readOr(cert, `${prefix}_CERT`, report, (text) => new X509Certificate(text))
  const privateKey = readKey(prefix, { key, passphrase }, report)
  if (certificate === undefined || privateKey === undefined) return
  if (!certificate.checkPrivateKey(privateKey)) {
    report(`${prefix}_KEY`, `is not the key of the certificate in ${prefix}_CERT.`)
  }
}

/** Only the first certificate of several is looked at. */
export function checkAuthorities(
  variable: string,
  ca: string | undefined,
  report: ReportProblem,
): void {
  readOr(ca, variable, report, (text) => new X509Certificate(text))
}

function readKey(
  prefix: string,
  { key, passphrase }: { key: string | undefined; passphrase: string | undefined },
  report: ReportProblem,
): KeyObject | undefined {
  // OpenSSL says of both "unsupported", which helps nobody.
  const isEncrypted = key !== undefined && /ENCRYPTED/.test(key)
  if (isEncrypted && passphrase === undefined) {
    report(`${prefix}_PASSPHRASE`, `is not set; the key in ${prefix}_KEY is encrypted.`)
    return undefined
  }
  const variable = isEncrypted ? `${prefix}_PASSPHRASE` : `${prefix}_KEY`
  return readOr(key, variable, report, (text) =>
    createPrivateKey({ key: text, ...(passphrase === undefined ? {} : { passphrase }) }),
  )
}

function readOr<Read>(
  pem: string | undefined,
  variable: string,
  report: ReportProblem,
  read: (pem: string) => Read,
): Read | undefined {
  if (pem === undefined) return undefined
  try {
    return read(pem)
  } catch (error) {
    const what = variable.endsWith('_PASSPHRASE')
      ? 'does not open the private key'
      : variable.endsWith('_KEY')
        ? 'is no private key that can be read'
        : 'is no certificate that can be read'
    // `error:1C800064:Provider routines::bad decrypt`: the last words are for people.
    report(variable, `${what} (${errorText(error).split(':').at(-1)!.trim()}).`)
    return undefined
  }
}
