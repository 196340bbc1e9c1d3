import { expect, test } from 'vitest'
import { startTrace, traceparentOf } from '../../shop/trace.mts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'

test('a readable traceparent goes on with the same trace and a new span', () => {
  const trace = startTrace(`00-${traceId}-00f067aa0ba902b7-01`)
  expect(trace.traceId).toBe(traceId)
  expect(trace.spanId).toMatch(/^[0-9a-f]{16}$/)
  expect(trace.spanId).not.toBe('00f067aa0ba902b7')
  expect(traceparentOf(trace)).toBe(`00-${traceId}-${trace.spanId}-01`)
})

test.each([
  undefined,
  '',
  'garbage',
  `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  `00-${traceId.toUpperCase()}-00f067aa0ba902b7-01`,
])('the traceparent %j begins a new trace', (traceparent) => {
  const trace = startTrace(traceparent)
  expect(trace.traceId).toMatch(/^[0-9a-f]{32}$/)
  expect(trace.traceId).not.toBe(traceId)
})
