// nginx before the real Elasticsearch: ends TLS and checks the credentials, as Elasticsearch's own security does.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemRandom } from '@millrace/foundation'
import { freePort } from '@millrace/local-stack'
import { until } from '../../e2e/support/until.ts'
import type { Certificate } from './certificates.ts'

export interface TlsProxyOptions {
  /** Where its files lie. */
  directory: string
  /** Address of Elasticsearch, `http://host:port`. */
  target: string
  good: Certificate
  expired: Certificate
  /** Values of the `Authorization` header that are let in. */
  accepted: readonly string[]
  /** One that is known and may not index. */
  powerless: string
}

export interface TlsProxy {
  /** By an address that its certificate has. */
  url: string
  /** The same by a name that it does not have. */
  otherNameUrl: string
  /** With a certificate that has expired. */
  expiredUrl: string
  close(): Promise<void>
}

/** Starts nginx in the foreground; it ends with this process's pipe or with `close`. */
export async function startTlsProxy(options: TlsProxyOptions): Promise<TlsProxy> {
  const program = findNginx()
  const taken = new Set<number>()
  const port = await freePort(taken, systemRandom)
  const expiredPort = await freePort(taken, systemRandom)
  const home = join(options.directory, 'nginx')
  mkdirSync(home, { recursive: true })
  const configuration = join(home, 'nginx.conf')
  writeFileSync(configuration, nginxConfiguration(home, { ...options, port, expiredPort }))
  const child = spawn(program, ['-e', 'stderr', '-p', home, '-c', configuration], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let words = ''
  child.stderr.on('data', (chunk: Buffer) => {
    words += chunk.toString()
  })
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
  })
  await until('nginx listens', async () => {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${words}`)
    // Answered with 400, since it wants TLS.
    return (await fetch(`http://127.0.0.1:${port}`).catch(() => undefined)) !== undefined
  })
  return {
    url: `https://127.0.0.1:${port}`,
    otherNameUrl: `https://localhost:${port}`,
    expiredUrl: `https://127.0.0.1:${expiredPort}`,
    close: () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}

function nginxConfiguration(
  home: string,
  options: TlsProxyOptions & { port: number; expiredPort: number },
): string {
  const { target, good, expired, accepted, powerless, port, expiredPort } = options
  const verdicts = accepted.map((header) => `"${header}" known;`).join(' ')
  const refusal = (status: number, reason: string): string =>
    `return ${status} '{"error":{"type":"security_exception","reason":"${reason}"},"status":${status}}';`
  const server = (listen: number, { certFile, keyFile }: Certificate): string => `
  server {
    listen 127.0.0.1:${listen} ssl;
    ssl_certificate ${certFile};
    ssl_certificate_key ${keyFile};
    default_type application/json;
    location / {
      if ($caller = unknown) { ${refusal(401, 'unable to authenticate with provided credentials and anonymous access is not allowed for this request')} }
      if ($caller = powerless) { ${refusal(403, 'action [indices:data/write/bulk] is unauthorized for this API key')} }
      proxy_pass ${target};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Authorization "";
    }
  }`
  return `daemon off;
master_process off;
pid ${home}/nginx.pid;
error_log stderr warn;
events {}
http {
  access_log off;
  client_max_body_size 100m;
  client_body_temp_path ${home}/body;
  proxy_temp_path ${home}/proxy;
  fastcgi_temp_path ${home}/fastcgi;
  uwsgi_temp_path ${home}/uwsgi;
  scgi_temp_path ${home}/scgi;
  map_hash_bucket_size 256;
  map $http_authorization $caller { default unknown; "${powerless}" powerless; ${verdicts} }
${server(port, good)}
${server(expiredPort, expired)}
}
`
}

/** Debian keeps it out of the PATH of people. */
const places = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx']

/** Path of nginx; installs the Debian package where that can be done. */
function findNginx(): string {
  const found = lookForNginx()
  if (found !== undefined) return found
  if (process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).error === undefined) {
    process.stderr.write('Installing the Debian package nginx-light\n')
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env })
    const parameters = ['install', '-y', '-qq', '--no-install-recommends', 'nginx-light']
    execFileSync('apt-get', parameters, { stdio: 'ignore', env })
  }
  const installed = lookForNginx()
  if (installed !== undefined) return installed
  throw new Error(
    'this test needs nginx, which ends TLS before Elasticsearch; install it (Debian: apt-get install nginx-light; macOS: brew install nginx)',
  )
}

function lookForNginx(): string | undefined {
  if (spawnSync('nginx', ['-v']).error === undefined) return 'nginx'
  return places.find((place) => existsSync(place))
}
