import { describe, expect, it } from 'vitest'
import { buildBulkBody, encodeBulkItem } from '../src/bulk-request.mts'

const event = (id: string, document: object): Parameters<typeof encodeBulkItem>[0] => ({
  id,
  dataStream: 'logs-app-default',
  document,
})

describe('bulk request', () => {
  it('writes one create action with its own id and data stream, then the document', () => {
    const { text } = encodeBulkItem(event('k1-0-1', { message: 'hello' }))
    expect(text).toBe(
      '{"create":{"_index":"logs-app-default","_id":"k1-0-1"}}\n{"message":"hello"}\n',
    )
  })

  it('keeps newlines and quotes of a message inside its line', () => {
    const body = buildBulkBody([encodeBulkItem(event('a"b', { message: 'two\nlines "quoted"' }))])
    const lines = body.toString().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[2]).toBe('')
    expect(JSON.parse(lines[0]!)).toEqual({ create: { _index: 'logs-app-default', _id: 'a"b' } })
    expect(JSON.parse(lines[1]!)).toEqual({ message: 'two\nlines "quoted"' })
  })

  it('counts bytes, not characters', () => {
    const items = ['ü', '💥', '日本', '\ud800'].map((message, at) =>
      encodeBulkItem(event(String(at), { message })),
    )
    const body = buildBulkBody(items)
    expect(body.byteLength).toBe(items.reduce((sum, { bytes }) => sum + bytes, 0))
    expect(body.toString()).toBe(items.map(({ text }) => text).join(''))
    expect(body.at(-1)).toBe(0x0a)
  })
})
