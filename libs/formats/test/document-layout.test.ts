import { type EcsField, ecsFields, type JsonValue } from '@millrace/ecs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Layout } from '../src/document-layout.ts'
import { RecordNormalizer } from '../src/index.ts'
import { adversarialBytes, adversarialHeaders } from './support/adversarial-lines.ts'

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.constant('"\\\u0007\ud800'))
const anyValue = fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text, { maxLength: 3 }))

function valueFor(field: EcsField): fc.Arbitrary<JsonValue> {
  if (field.path === 'log.level' || field.path === 'event.id') return fc.constant('plain-0.1_x')
  if (field.type === 'date' && !field.array) return fc.constant('2026-01-02T03:04:05.678Z')
  return field.type === 'ip' && !field.array ? fc.constant('::1') : anyValue
}

const setFields = fc
  .uniqueArray(fc.constantFrom(...ecsFields.values()), { maxLength: 12 })
  .chain((fields) =>
    fc.tuple(...fields.map((field) => valueFor(field).map((value) => ({ field, value })))),
  )

test('the text of any fields in any order is JSON.stringify of their object', () => {
  fc.assert(
    fc.property(setFields, (members) => {
      const values = members.map(({ value }) => value)
      let layout = Layout.empty
      for (const { field } of members) layout = layout.with(field)
      expect(`${layout.toOpenText(values)}}`).toBe(JSON.stringify(layout.toObject(values)))
    }),
    { numRuns: 1000 },
  )
})

test('values that stay, change and come back are all written as they are', () => {
  fc.assert(
    fc.property(
      setFields,
      setFields,
      fc.array(fc.nat(3), { maxLength: 8 }),
      (first, other, turns) => {
        let layout = Layout.empty
        for (const { field } of first) layout = layout.with(field)
        const values = first.map(({ value }) => value)
        const otherValues = first.map(
          ({ field, value }) => other.find((member) => member.field === field)?.value ?? value,
        )
        for (const turn of [0, 0, ...turns]) {
          const written = turn === 3 ? otherValues : values
          expect(`${layout.toOpenText(written)}}`).toBe(JSON.stringify(layout.toObject(written)))
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('a steady value that changes is written anew, and again when it comes back', () => {
  const fields = ['log.logger', 'process.pid', 'host.name'].map((path) => ecsFields.get(path)!)
  let layout = Layout.empty
  for (const field of fields) layout = layout.with(field)
  const lines = [
    ['orders', 1, 'a-host-with-a-long-name'],
    ['orders', 1, 'a-host-with-a-long-name'],
    ['orders', 1, 'another-host "quoted"'],
    ['orders', 2, 'another-host "quoted"'],
    ['orders', 1, 'a-host-with-a-long-name'],
    ['orders', -0, 'x'.repeat(300)],
    ['orders', 0, 'x'.repeat(300)],
  ]
  for (const values of [...lines, ...lines]) {
    expect(`${layout.toOpenText(values)}}`).toBe(JSON.stringify(layout.toObject(values)))
  }
})

test('the same fields in the same order share one layout', () => {
  const [first, second] = [...ecsFields.values()]
  const layout = Layout.empty.with(first!).with(second!)
  expect(Layout.empty.with(first!).with(second!)).toBe(layout)
  expect(Layout.empty.with(second!).with(first!)).not.toBe(layout)
  expect(layout.fields()).toEqual([first, second])
})

test("an event's text is JSON.stringify of its document, whatever the record holds", () => {
  const normalizer = new RecordNormalizer({ clusterId: 'layout' })
  fc.assert(
    fc.property(adversarialBytes, adversarialHeaders, (value, headers) => {
      const record = { topic: 'logs', partition: 0, offset: 7, key: null, value, headers }
      for (const event of normalizer.normalize(record, 1_767_323_045_678).events) {
        expect(event.documentText).toBe(JSON.stringify(event.document))
      }
    }),
    { numRuns: 1000 },
  )
})

test('layouts past those that are remembered are made anew, whichever field comes first', () => {
  const fields = [...ecsFields.values()]
  // So long that the bound is passed while there are first fields yet to come, each time at another of these.
  const length = Math.ceil(8000 / fields.length)
  for (let round = 0; round < 40; round++) {
    for (let first = 0; first < fields.length; first++) {
      let layout = Layout.empty
      for (let step = 0; step < length; step++) {
        layout = layout.with(fields[(first + step * (round + 1)) % fields.length]!)
      }
      expect(layout.size).toBe(length)
    }
  }
})
