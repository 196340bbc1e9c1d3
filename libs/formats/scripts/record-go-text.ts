// Records the text forms of Go's loggers: klog, glog, and logfmt of slog, logrus and go-kit. Needs Go and its module proxy.
import { spawnSync } from 'node:child_process'
import { save } from './fixture-parts.ts'

const folder = new URL('programs/go-text/', import.meta.url).pathname

function run(logger: string): string {
  const { status, stdout, stderr } = spawnSync('go', ['run', '.', logger], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`go run . ${logger} ended with ${String(status)}: ${stderr}`)
  return fix(stdout + stderr)
}

function fix(text: string): string {
  return text
    .replaceAll(folder, '/srv/shop/')
    .replaceAll(/\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)\]/g, '[2026-01-02T03:04:05Z]')
    .replaceAll(/^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ /gm, '$10102 03:04:05.123456    4242 ')
    .replaceAll(/(time|ts)="?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"?/g, fixTime)
}

function fixTime(whole: string, key: string, fraction: string | undefined): string {
  const quote = whole.includes('"') ? '"' : ''
  const digits = fraction === undefined ? '' : '.123456789'.slice(0, fraction.length)
  return `${key}=${quote}2026-01-02T03:04:05${digits}Z${quote}`
}

function isLong(record: string): boolean {
  return record.includes('\n')
}

export function recordGoText(): void {
  const records = (run('klog') + run('glog')).trimEnd().split(/\n(?=[IWEF]\d{4} )/)
  save('klog', 'typical', records.filter((record) => !isLong(record)).join('\n') + '\n')
  for (const [index, record] of records.filter(isLong).entries()) {
    save('klog', `lines-${index + 1}`, record, 'bin')
  }
  save('logrus-text', 'typical', run('logrus-tty'))
  save('logfmt', 'typical', run('slog') + run('logrus') + run('go-kit'))
}
