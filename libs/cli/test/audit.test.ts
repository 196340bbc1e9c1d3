import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { pointInTime } from '../src/option-values.ts'
import { runCommand } from './support/command.ts'

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5)

describe('a point in time', () => {
  it.each([
    ['90s', nowMs - 90_000],
    ['30m', nowMs - 1_800_000],
    ['2h', nowMs - 7_200_000],
    ['7d', nowMs - 604_800_000],
    ['2026-01-01', Date.UTC(2026, 0, 1)],
    ['2026-01-01T08:00Z', Date.UTC(2026, 0, 1, 8)],
    ['2026-01-01T08:00:00.5+02:00', Date.UTC(2026, 0, 1, 6, 0, 0, 500)],
  ])('%s is read', (text, expected) => {
    expect(pointInTime(text)(nowMs)).toBe(expected)
  })

  it.each(['yesterday', '5', '5w', '2026-13-01', '-5m', ''])('%s is refused', (text) => {
    expect(() => pointInTime(text)).toThrow('how long ago')
  })
})

describe('millrace audit', () => {
  it.each([
    [['--since', 'soon'], 'how long ago'],
    [['--instance', 'abc'], '16 characters'],
    [['--service', ''], 'must not be empty'],
    [['--service', 'orders,'], 'must not be empty'],
  ])('%s is wrong use, and says what would be right', async (parameters, text) => {
    const run = await runCommand(['audit', ...parameters])
    expect(run).toMatchObject({ exitCode: 2, stdout: '' })
    expect(run.stderr).toContain(text)
  })

  it('without servers gives no verdict, in one line', async () => {
    const places = ['--brokers', '127.0.0.1:1', '--elasticsearch', 'http://127.0.0.1:1']
    const run = await runCommand(['audit', '--json', ...places])
    expect(run).toMatchObject({ exitCode: 1, stdout: '' })
    expect(run.stderr).toMatch(/^millrace: Kafka \(127\.0\.0\.1:1\) could not be reached .*\n$/)
  })

  it('ends at once by Ctrl-C, even while a broker takes the connection and says nothing', async () => {
    const interrupt = new AbortController()
    const silent = createServer((socket) => {
      socket.on('error', () => {})
      onTestFinished(() => void socket.destroy())
      interrupt.abort()
    })
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve)
    })
    onTestFinished(() => void silent.close())
    const broker = `127.0.0.1:${(silent.address() as AddressInfo).port}`
    const startedAt = performance.now()
    const run = await runCommand(['audit', '--brokers', broker], {
      context: { signal: interrupt.signal },
    })
    expect(run).toMatchObject({ exitCode: 130, stdout: '' })
    expect(performance.now() - startedAt).toBeLessThan(25_000)
  })
})
