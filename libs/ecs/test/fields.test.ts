import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ecsFields, ecsObjectPaths } from '../src/index.ts'

test('no path is a field and an object at once', () => {
  expect([...ecsObjectPaths].filter((path) => ecsFields.has(path))).toEqual([])
})

test('leaves, multi-fields and objects together stay well under the 1,000 fields of an index', () => {
  const multiFields = [...ecsFields.values()].filter(({ text }) => text).length
  expect(ecsFields.size + ecsObjectPaths.size + multiFields).toBeLessThan(750)
})

test.each([
  'message',
  'service.name',
  'host.ip',
  'trace.id',
  'http.response.status_code',
  'log.syslog.priority',
  'event.original',
  'data_stream.dataset',
])('%s is a field', (path) => {
  expect(ecsFields.get(path)?.segments.join('.')).toBe(path)
})

test('the fields keep what ECS says of them', () => {
  expect(ecsFields.get('host.ip')).toMatchObject({ type: 'ip', array: true, indexed: true })
  expect(ecsFields.get('event.original')).toMatchObject({ type: 'keyword', indexed: false })
  expect(ecsFields.get('url.original')).toMatchObject({ type: 'wildcard', text: true })
  expect(ecsFields.get('labels')).toMatchObject({ type: 'flattened' })
})

test('the generated file is what the generator makes of the pinned list', () => {
  const generator = new URL('../scripts/generate-fields.ts', import.meta.url).pathname
  const made = execFileSync(process.execPath, [generator, '--print'], { encoding: 'utf8' })
  const generated = new URL('../src/generated/ecs-fields.ts', import.meta.url)
  expect(readFileSync(generated, 'utf8')).toBe(made)
})
