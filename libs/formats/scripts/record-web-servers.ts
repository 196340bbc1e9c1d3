// Records nginx and Apache: real servers, real requests, odd ones among them. Needs Debian's nginx-light and apache2.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { save } from './fixture-parts.ts'
import { freePort, inFolder, isListening, sendRaw, until, withServer } from './program-parts.ts'

export async function recordWebServers(): Promise<void> {
  await inFolder(recordNginx)
  await inFolder(recordApache)
}

function get(target: string, headers = ''): string {
  return `GET ${target} HTTP/1.1\r\nHost: shop.example.com:8443\r\nConnection: close\r\n${headers}\r\n`
}

const requests = [
  get('/', 'User-Agent: curl/8.5.0\r\nReferer: https://shop.example.com/start\r\n'),
  get('/missing?q=1&from=cart', 'User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n'),
  get('/', 'User-Agent: a"b\\c \xc3\xa9 \xff\tz\r\nReferer: https://x.example/"quoted"\r\n'),
  get('/%zz?', 'X-Forwarded-For: 203.0.113.9, 198.51.100.4\r\n'),
  get('/login', 'Authorization: Basic YW5uIGxlZTp4\r\n'),
  'HEAD / HTTP/1.0\r\n\r\n',
  'GET http://shop.example.com:8080/a?b=c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n',
  'BOGUS\r\n\r\n',
  'GET /\r\n\r\n',
  get('/caf%C3%A9/"x"\\'),
]

async function sendAll(port: number, more: readonly string[]): Promise<void> {
  await until(`the server on port ${port}`, async () => isListening(port))
  for (const request of [...requests, ...more]) await sendRaw(port, request)
}

/** Ports, paths, processes and times differ from run to run. */
function fix(text: string, folder: string, port: number): string {
  return text
    .replaceAll(folder, '/srv')
    .replaceAll(`:${port}`, ':80')
    .replaceAll('127.0.0.1', '192.0.2.7')
    .replaceAll(/\[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]/g, '[02/Jan/2026:04:04:05 +0100]')
    .replaceAll(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d/gm, '2026/01/02 03:04:05')
    .replaceAll(/ \d+#\d+: /g, ' 4242#4243: ')
    .replaceAll(
      /^\[\w{3} \w{3} \d\d \d\d:\d\d:\d\d\.\d{6} \d{4}\]/gm,
      '[Fri Jan 02 03:04:05.123456 2026]',
    )
    .replaceAll(/\[pid \d+:tid \d+\]/g, '[pid 4242:tid 139872342345472]')
    .replaceAll(/\[(client|remote) 192\.0\.2\.7:\d+\]/g, '[$1 192.0.2.7:50112]')
    .replaceAll(/(process|from|pid=)( ?)\d+/g, '$1$24244')
    .replaceAll(/OS: Linux .*/g, 'OS: Linux 6.1.0')
    .replaceAll(/ (\d+\.\d{3}) (\d+\.\d{3}|-)$/gm, ' 0.012 $2')
    .replaceAll(/"time_iso8601":"[^"]*"/g, '"time_iso8601":"2026-01-02T04:04:05+01:00"')
    .replaceAll(/"msec":[\d.]+/g, '"msec":1767323045.123')
    .replaceAll(/"request_time":[\d.]+/g, '"request_time":0.012')
    .replaceAll(/"request_id":"\w+"/g, '"request_id":"c0ffee00c0ffee00c0ffee00c0ffee00"')
}

async function recordNginx(folder: string): Promise<void> {
  const port = await freePort()
  const closed = await freePort()
  mkdirSync(join(folder, 'www/dir'), { recursive: true })
  chmodSync(folder, 0o755)
  writeFileSync(join(folder, 'www/index.html'), 'hello\n')
  const conf = join(folder, 'nginx.conf')
  writeFileSync(
    conf,
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log info;
events {}
http {
  log_format timed '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for" $request_time $upstream_response_time';
  log_format vhosts '$host:$server_port $remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';
  log_format json escape=json '{"time_iso8601":"$time_iso8601","msec":$msec,"remote_addr":"$remote_addr","remote_user":"$remote_user","request":"$request","request_method":"$request_method","request_uri":"$request_uri","uri":"$uri","args":"$args","server_protocol":"$server_protocol","status":$status,"body_bytes_sent":$body_bytes_sent,"bytes_sent":$bytes_sent,"request_length":$request_length,"request_time":$request_time,"upstream_response_time":"$upstream_response_time","upstream_addr":"$upstream_addr","http_host":"$http_host","http_referer":"$http_referer","http_user_agent":"$http_user_agent","http_x_forwarded_for":"$http_x_forwarded_for","request_id":"$request_id","scheme":"$scheme"}';
  access_log ${folder}/json.log json; access_log ${folder}/combined.log combined; access_log ${folder}/timed.log timed; access_log ${folder}/vhosts.log vhosts;
  client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  client_max_body_size 10;
  server { listen 127.0.0.1:${port}; server_name shop.example.com; root ${folder}/www; location /up/ { proxy_pass http://127.0.0.1:${closed}; } }
}`,
  )
  await withServer(
    'nginx',
    ['-e', join(folder, 'error.log'), '-p', folder, '-c', conf],
    async () => {
      await sendAll(port, [
        get('/up/orders?id=7', 'Referer: https://shop.example.com/cart\r\n'),
        get('/dir/'),
        'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99\r\n\r\n',
      ])
    },
  )
  const read = (name: string): string =>
    fix(readFileSync(join(folder, name), 'latin1'), folder, port).replaceAll(`:${closed}`, ':8081')
  const timed = read('timed.log').split('\n')
  const more = [...timed.slice(0, 4), timed.at(-4)].join('\n')
  saveBytes(
    'access',
    'nginx',
    `${read('combined.log')}${more}\n${firstLines(read('vhosts.log'), 2)}`,
  )
  saveBytes('nginx-error', 'typical', read('error.log'))
  saveBytes('nginx-json', 'typical', read('json.log'))
}

async function recordApache(folder: string): Promise<void> {
  const port = await freePort()
  mkdirSync(join(folder, 'www/dir'), { recursive: true })
  chmodSync(folder, 0o755)
  writeFileSync(join(folder, 'www/index.html'), 'hello\n')
  writeFileSync(join(folder, 'www/secret.html'), 'x\n', { mode: 0o600 })
  writeFileSync(join(folder, 'www/data'), 'x\n')
  writeFileSync(join(folder, 'passwd'), 'ann lee:{SHA}EfatjsUqKYSrqv18O1FlA3hcIHI=\n')
  const modules = [
    'mpm_event',
    'authz_core',
    'authn_core',
    'authn_file',
    'authz_user',
    'auth_basic',
    'dir',
    'autoindex',
    'mime',
  ]
  const conf = join(folder, 'httpd.conf')
  writeFileSync(
    conf,
    `${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
ServerRoot ${folder}
ServerName shop.example.com
Listen 127.0.0.1:${port}
PidFile ${folder}/pid
User www-data
Group www-data
DocumentRoot ${folder}/www
ErrorLog ${folder}/error.log
LogLevel info core:trace3
LogFormat "%h %l %u %t \\"%r\\" %>s %b" common
LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
LogFormat "%v:%p %h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" vhost_combined
CustomLog ${folder}/common.log common
CustomLog ${folder}/combined.log combined
CustomLog ${folder}/vhosts.log vhost_combined
TypesConfig /dev/null
<Location /login>
  AuthType Basic
  AuthName x
  AuthUserFile ${folder}/passwd
  Require valid-user
</Location>`,
  )
  await withServer('apache2', ['-DFOREGROUND', '-f', conf], async () => {
    await sendAll(port, [
      get('/secret.html', 'Referer: https://shop.example.com/cart\r\n'),
      get('/dir/'),
      get('/data/below', 'Referer: https://shop.example.com/cart\r\n'),
      get(`/${'x'.repeat(300)}`),
      get('/login', 'Authorization: Basic Ym9iOng=\r\n'),
    ])
  })
  const read = (name: string): string =>
    fix(readFileSync(join(folder, name), 'latin1'), folder, port)
  const more = firstLines(read('common.log'), 3) + firstLines(read('vhosts.log'), 3)
  saveBytes('access', 'typical', read('combined.log') + more)
  saveBytes('apache-error', 'typical', distinct(read('error.log')))
}

/** The servers write bytes that are no UTF-8; each is one character here. */
function saveBytes(format: string, name: string, text: string): void {
  save(format, name, Buffer.from(text, 'latin1'))
}

function firstLines(text: string, count: number): string {
  return text.split('\n').slice(0, count).join('\n') + '\n'
}

function distinct(text: string): string {
  return [...new Set(text.split('\n'))].join('\n')
}
