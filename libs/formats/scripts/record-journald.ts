// Records journald: a real one in a namespace of its own, written to in the three ways that there are, read by `journalctl -o json`.
// Needs Debian's systemd (which need not be what runs the machine), and root.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { save } from './fixture-parts.ts'
import { until, withServer } from './program-parts.ts'

const namespace = 'millrace'
const sockets = `/run/systemd/journal.${namespace}`

/** What systemd writes first on the pipe of a service, then lines as the service prints them. */
const printed = [
  'orders',
  '',
  '6',
  '1',
  '0',
  '0',
  '0',
  'listening on 3001',
  '{"level":40,"time":1767323044000,"pid":7,"hostname":"c0ffee","msg":"stock is low","sku":"A-1"}',
  '<3>no stock left',
  '\u001B[31mred\u001B[0m caf\u00E9',
  '',
].join('\n')

/** By the native protocol: fields of one's own, one of them twice, one of them bytes. */
const native = `
import socket, struct, sys
out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
def send(fields):
    entry = b""
    for name, value in fields:
        if b"\\n" in value or b"\\xff" in value:
            entry += name + b"\\n" + struct.pack("<Q", len(value)) + value + b"\\n"
        else:
            entry += name + b"=" + value + b"\\n"
    out.sendto(entry, sys.argv[1])
position = [(b"CODE_FILE", b"src/payments.c"), (b"CODE_LINE", b"41"), (b"CODE_FUNC", b"charge")]
name = [(b"SYSLOG_IDENTIFIER", b"payments")]
send([(b"MESSAGE", b"card refused"), (b"PRIORITY", b"4"), (b"ORDER_ID", b"A-1001"), (b"TAG", b"visa"), (b"TAG", b"retry")] + position + name)
send([(b"MESSAGE", b"first line\\nsecond line"), (b"PRIORITY", b"7"), (b"ERRNO", b"110")] + name)
send([(b"MESSAGE", b"caf\\xff\\xc3\\xa9"), (b"PRIORITY", b"2"), (b"MESSAGE_ID", b"0123456789abcdef0123456789abcdef")] + name)
send([(b"MESSAGE", b"no priority")] + name)
`
const entries = 10

export async function recordJournald(): Promise<void> {
  const machine = readFileSync('/etc/machine-id', 'utf8').trim()
  const folder = `/var/log/journal/${machine}.${namespace}`
  // Of a recording before this one: sockets without a listener among them.
  for (const left of [folder, sockets]) rmSync(left, { recursive: true, force: true })
  let text = ''
  await withServer('/usr/lib/systemd/systemd-journald', [namespace], async () => {
    await until('journald', () => existsSync(join(sockets, 'stdout')))
    await print(join(sockets, 'stdout'))
    execFileSync('python3', ['-c', native, join(sockets, 'socket')])
    const log = ['-u', join(sockets, 'dev-log'), '--id=99', '-t', 'sshd', '-p', 'auth.err']
    execFileSync('logger', [...log, 'error: kex_exchange_identification: Connection closed'])
    execFileSync('logger', [...log, '-p', 'cron.notice', '(root) CMD (run-parts /etc/cron.hourly)'])
    await until('the entries', () => {
      // What journald says of itself tells the size of this machine's disk.
      text = execFileSync('journalctl', ['-D', folder, '-o', 'json'], { encoding: 'utf8' })
      text = text.replaceAll(/^.*"_TRANSPORT":"driver".*\n/gm, '')
      return text.split('\n').length - 1 >= entries
    })
  })
  for (const left of [folder, sockets]) rmSync(left, { recursive: true, force: true })
  save('journald', 'typical', fix(text))
}

async function print(socket: string): Promise<void> {
  await new Promise<void>((done, fail) => {
    const stream = connect(socket, () => stream.end(printed, done))
    stream.once('error', fail)
  })
}

/** Times, ids and processes differ from run to run. */
function fix(text: string): string {
  const fixed: Record<string, string> = {
    __CURSOR: 's=1;i=2;b=3;m=4;t=5;x=6',
    __REALTIME_TIMESTAMP: '1767323045200000',
    _SOURCE_REALTIME_TIMESTAMP: '1767323045123456',
    __MONOTONIC_TIMESTAMP: '5000000',
    _BOOT_ID: '0123456789abcdef0123456789abcdef',
    _MACHINE_ID: 'fedcba9876543210fedcba9876543210',
    _STREAM_ID: 'c0ffee00c0ffee00c0ffee00c0ffee00',
    _HOSTNAME: 'web-1',
    _PID: '4242',
    _COMM: 'orders',
    _EXE: '/usr/bin/orders',
    _CMDLINE: 'orders --port 3001',
    SYSLOG_TIMESTAMP: 'Jan  2 03:04:05 ',
  }
  return text.replaceAll(/"(\w+)":"(?:[^"\\]|\\.)*"/g, (whole, name: string) =>
    Object.hasOwn(fixed, name) ? `"${name}":"${fixed[name]}"` : whole,
  )
}
