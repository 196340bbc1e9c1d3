import { expect, test } from 'vitest'
import { Redactor } from '../../src/redact/redactor.ts'
import { createTestSink } from '../support/test-sink.ts'

const canary = 'c4n4ry-Zq9'

/** A line that breaks whoever reads it, as a fault of our own would. */
function brokenLine(text: string): Buffer {
  return new Proxy(Buffer.from(text), {
    get() {
      throw new RangeError(`can't read ${text}`)
    },
  })
}

test("a line that can't be looked through does not pass, and the fault is told once", () => {
  const faults: string[] = []
  const redactor = new Redactor({ keys: [], patterns: [] }, (error) => faults.push(error.name))
  expect(redactor.redact(brokenLine(`password=${canary}`)).toString()).toBe('[redacted]')
  expect(redactor.redacted).toBe(1)
  expect(faults).toEqual(['RangeError'])
})

test('what the transport says of lines that are dropped, cut or refused has no word of theirs', async () => {
  const { notes, write, clock, sink, producer } = createTestSink(
    { memoryMaxBytes: 4_194_304, spool: false, closeTimeoutMs: 10 },
    { lineMaxBytes: 2_000_000 },
  )
  producer.answer = () => new Error('connection lost')
  for (let count = 0; count < 5; count++) write(canary.repeat(150_000))
  await clock.advance(20_000)
  const closed = sink.close()
  await clock.advance(20_000)
  await closed
  expect(notes.length).toBeGreaterThan(0)
  expect(notes.join('\n')).not.toContain(canary)
})
