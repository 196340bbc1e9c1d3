// Certificates for tests: an authority of their own and what it signs, made by openssl.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Certificate {
  /** PEM texts and where they lie. */
  cert: string
  certFile: string
  key: string
  keyFile: string
  /** Key and certificate in one file, as Kafka's PEM key stores are. */
  bothFile: string
}

export interface CertificateOptions {
  /** `IP:127.0.0.1`, `DNS:kafka-1`: whom the certificate is for. */
  names: readonly string[]
  /** It was good for a day, long ago. Default: false. */
  isExpired?: boolean
  /** Encrypts the key. Default: it lies open. */
  passphrase?: string
}

export interface Authority {
  ca: string
  caFile: string
  issue(name: string, options: CertificateOptions): Certificate
}

const keyParameters = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']

/** An authority in a folder below `directory`. */
export function createAuthority(directory: string, name: string): Authority {
  const home = join(directory, name)
  mkdirSync(home, { recursive: true })
  const caFile = join(home, 'ca.pem')
  const caKeyFile = join(home, 'ca.key')
  const configuration = join(home, 'openssl.cnf')
  writeFileSync(configuration, authorityConfiguration(home))
  writeFileSync(join(home, 'index.txt'), '')
  const subject = ['-subj', `/CN=${name}`]
  const output = ['-keyout', caKeyFile, '-out', caFile]
  openssl(['req', '-x509', ...keyParameters, '-nodes', '-days', '2', ...subject, ...output])
  return {
    ca: readFileSync(caFile, 'utf8'),
    caFile,
    issue: (certificate, options) => {
      const files = issue({ home, caFile, caKeyFile, configuration }, certificate, options)
      const cert = readFileSync(files.certFile, 'utf8')
      const key = readFileSync(files.keyFile, 'utf8')
      const bothFile = join(home, `${certificate}.both.pem`)
      writeFileSync(bothFile, key + cert)
      return { ...files, cert, key, bothFile }
    },
  }
}

function issue(
  authority: { home: string; caFile: string; caKeyFile: string; configuration: string },
  name: string,
  { names, isExpired = false, passphrase }: CertificateOptions,
): { certFile: string; keyFile: string } {
  const [request, certFile, keyFile] = ['csr', 'pem', 'key'].map((ending) =>
    join(authority.home, `${name}.${ending}`),
  ) as [string, string, string]
  const secrecy = passphrase === undefined ? ['-nodes'] : ['-passout', `pass:${passphrase}`]
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names.join(',')}`]
  openssl(['req', ...keyParameters, ...secrecy, ...subject, '-keyout', keyFile, '-out', request])
  const { configuration, caFile, caKeyFile } = authority
  const times = isExpired
    ? ['-startdate', '20200101000000Z', '-enddate', '20200102000000Z']
    : ['-days', '2']
  const signer = ['-config', configuration, '-cert', caFile, '-keyfile', caKeyFile]
  openssl(['ca', '-batch', '-notext', ...signer, ...times, '-in', request, '-out', certFile])
  return { certFile, keyFile }
}

function authorityConfiguration(home: string): string {
  return `[ca]
default_ca = own
[own]
database = ${home}/index.txt
new_certs_dir = ${home}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = names
copy_extensions = copy
[names]
commonName = supplied
`
}

function openssl(parameters: readonly string[]): void {
  try {
    execFileSync('openssl', parameters, { stdio: ['ignore', 'ignore', 'pipe'] })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Error(
      'openssl makes the certificates of this test; install it (Debian: apt-get install openssl)',
      { cause: error },
    )
  }
}
