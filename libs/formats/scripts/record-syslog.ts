// Records syslog: util-linux `logger` and Python's SysLogHandler as they send, rsyslog as it forwards and as it writes files.
import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { save } from './fixture-parts.ts'
import { freePort, inFolder, isListening, until, withServer } from './program-parts.ts'

const plain = ['-p', 'daemon.warning', '-t', 'shop', '--id=77', 'stock is low']
const structured = [
  [
    '--rfc5424',
    '-p',
    'local4.notice',
    '-t',
    'shop',
    '--id=77',
    '--msgid',
    'ORDER47',
    '--sd-id',
    'order@32473',
    '--sd-param',
    'id="17"',
    '--sd-param',
    'note="a \\"b\\] c"',
    'order placed',
  ],
  ['--rfc5424=notq', '-p', 'auth.crit', '-t', 'su', "'su root' failed for lonvick on /dev/pts/8"],
  ['--rfc5424=notime,notq,nohost', '-p', 'user.debug', '-t', 'shop', 'neither time nor host'],
  ['--rfc5424', '-p', 'user.err', '-t', 'shop', '{"level":"warn","msg":"inner","orderId":17}'],
]
const traditional = [
  ['--rfc3164', ...plain],
  ['--rfc3164', '-p', 'auth.crit', '-t', 'su', "'su root' failed for lonvick on /dev/pts/8"],
  ['--rfc3164', '-p', 'user.info', '-t', 'shop', '@cee: {"msg":"inner","orderId":17}'],
]

export async function recordSyslog(): Promise<void> {
  const sent = [...structured, ...traditional]
  const datagrams = await receiveDatagrams(sent)
  const framed = await receiveStream([structured[0]!, traditional[0]!])
  const python = await receivePython()
  await inFolder(async (folder) => {
    const files = await throughRsyslog(folder, sent)
    const [protocol23, forward, traditionalForward, file, traditionalFile] = files.map(fix)
    const lines = [...datagrams, ...framed].map(fix)
    save('syslog-rfc5424', 'typical', joinLines([...lines.filter(isNew), protocol23!]))
    save(
      'syslog-rfc3164',
      'typical',
      joinLines([
        ...lines.filter((line) => !isNew(line)),
        ...python.map(fix),
        forward!,
        traditionalForward!,
      ]),
    )
    save('syslog-rfc3164', 'files', joinLines([file!, traditionalFile!]))
  })
}

function isNew(line: string): boolean {
  return /^(?:\d+ )?<\d+>1 /.test(line)
}

function joinLines(parts: string[]): string {
  return parts.map((part) => part.replace(/\n$/, '')).join('\n') + '\n'
}

function fix(text: string): string {
  const host = execFileSync('hostname', { encoding: 'utf8' }).trim()
  return text
    .replaceAll(host, 'web-1')
    .replaceAll(
      /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d/g,
      '2026-01-02T04:04:05.123456+01:00',
    )
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d/g, '2026-01-02T04:04:05+01:00')
    .replaceAll(/\b[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d\b/g, 'Jan  2 03:04:05')
    .replaceAll(/syncAccuracy="\d+"/g, 'syncAccuracy="391500"')
}

/** Every line that `logger` sends over UDP. */
async function receiveDatagrams(calls: string[][]): Promise<string[]> {
  return overUdp(calls.length, (port) => {
    for (const args of calls) {
      execFileSync('logger', ['-n', '127.0.0.1', '-P', String(port), '--udp', ...args])
    }
  })
}

async function overUdp(count: number, send: (port: number) => void): Promise<string[]> {
  const received: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (message) => received.push(message.toString()))
  await new Promise<void>((done) => {
    socket.bind(0, '127.0.0.1', done)
  })
  send(socket.address().port)
  await until('the datagrams', () => received.length === count)
  socket.close()
  return received
}

/** Over TCP, with octet counting (RFC 6587). */
async function receiveStream(calls: string[][]): Promise<string[]> {
  const received: string[] = []
  const server = createServer((socket) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    socket.on('close', () => received.push(text))
  })
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  for (const args of calls) {
    execFileSync('logger', ['-n', '127.0.0.1', '-P', String(port), '-T', '--octet-count', ...args])
  }
  await until('the streams', () => received.length === calls.length)
  await new Promise((done) => {
    server.close(done)
  })
  return received
}

/** Python's handler sends neither time nor host, and a NUL at the end. */
async function receivePython(): Promise<string[]> {
  return overUdp(2, (port) => {
    const program = `
import logging, logging.handlers
handler = logging.handlers.SysLogHandler(("127.0.0.1", ${port}))
logger = logging.getLogger("shop")
logger.addHandler(handler)
logger.warning("stock is low")
handler.ident = "shop[77]: "
logger.error("no stock")
`
    execFileSync('python3', ['-c', program])
  })
}

/** The templates that rsyslog brings with it. */
const templates = [
  'RSYSLOG_SyslogProtocol23Format',
  'RSYSLOG_ForwardFormat',
  'RSYSLOG_TraditionalForwardFormat',
  'RSYSLOG_FileFormat',
  'RSYSLOG_TraditionalFileFormat',
]

async function throughRsyslog(folder: string, calls: string[][]): Promise<string[]> {
  const port = await freePort()
  const conf = join(folder, 'rsyslog.conf')
  const actions = templates.map(
    (name) => `action(type="omfile" file="${join(folder, name)}" template="${name}")`,
  )
  writeFileSync(
    conf,
    `global(workDirectory="${folder}")
module(load="imtcp")
input(type="imtcp" address="127.0.0.1" port="${port}" ruleset="all")
ruleset(name="all") { ${actions.join('\n')} }
`,
  )
  await withServer('rsyslogd', ['-n', '-f', conf, '-i', join(folder, 'pid')], async () => {
    await until('rsyslog', async () => isListening(port))
    for (const args of calls) {
      execFileSync('logger', [
        '-n',
        '127.0.0.1',
        '-P',
        String(port),
        '-T',
        '--octet-count',
        ...args,
      ])
    }
    const last = join(folder, templates.at(-1)!)
    await until('rsyslog to write', () => countLines(last) >= calls.length)
  })
  return templates.map((name) => {
    const text = readFileSync(join(folder, name), 'utf8')
    return name.includes('Forward') ? text.replaceAll(/(?!^)(?=<\d{1,3}>)/g, '\n') : text
  })
}

function countLines(file: string): number {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0
}
