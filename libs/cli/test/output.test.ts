import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { Output } from '../src/output.ts'

class Slow extends Writable {
  readonly chunks: string[] = []
  release = (): void => {}
  constructor() {
    super({ highWaterMark: 4 })
  }
  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.chunks.push(chunk.toString())
    this.release = callback
  }
}

test('a write to a full stream resolves when there is room again', async () => {
  const stdout = new Slow()
  const output = new Output({ stdout, stderr: new Slow() })
  let isWritten = false
  const writing = output.write('more than four').then(() => {
    isWritten = true
    return isWritten
  })
  await Promise.resolve()
  expect(isWritten).toBe(false)
  stdout.release()
  expect(await writing).toBe(true)
})

test('when the reader is gone it is told once, and writing goes on without effect', async () => {
  const stdout = new Slow()
  let told = 0
  const output = new Output({
    stdout,
    stderr: new Slow(),
    onReaderGone: () => {
      told++
    },
  })
  const waiting = output.write('more than four')
  stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  await waiting
  await output.line('nobody reads this')
  await output.flush()
  expect(told).toBe(1)
  expect(output.isReaderGone).toBe(true)
  expect(stdout.chunks).toEqual(['more than four'])
})

test.each([
  { isTTY: false, columns: 80 },
  { isTTY: true, columns: 0 },
])('no progress is shown on %j', async (terminal) => {
  const stderr = Object.assign(new Slow(), terminal)
  const output = new Output({ stdout: new Slow(), stderr })
  expect(await output.during('Asking', Promise.resolve('answer'))).toBe('answer')
  expect(stderr.chunks).toEqual([])
})
