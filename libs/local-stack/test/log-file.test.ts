import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { quoteLog, rotateLog } from '../src/log-file.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-log-'))
  file = join(folder, 'kafka-1.log')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('the telling lines are quoted, without stack frames', () => {
  writeFileSync(
    file,
    'INFO starting\nERROR Exiting Kafka\njava.net.BindException: Address already in use\n' +
      '\tat sun.nio.ch.Net.bind0(Native Method)\n\t... 3 more\nINFO shutting down\n',
  )
  expect(quoteLog(file, 0)).toBe(
    'ERROR Exiting Kafka | java.net.BindException: Address already in use',
  )
})

test('an error of an earlier start is not quoted', () => {
  const before = 'ERROR old trouble\n'
  writeFileSync(file, `${before}INFO one\nINFO two\n`)
  expect(quoteLog(file, before.length)).toBe('INFO one | INFO two')
})

test('a log that is missing or empty says nothing', () => {
  expect(quoteLog(file, 0)).toBe('it said nothing')
  writeFileSync(file, '\n')
  expect(quoteLog(file, 0)).toBe('it said nothing')
})

test('at most four lines of 240 characters are quoted', () => {
  writeFileSync(file, `ERROR ${'x'.repeat(500)}\n`.repeat(9))
  const quoted = quoteLog(file, 0).split(' | ')
  expect(quoted.map((line) => line.length)).toEqual([240, 240, 240, 240])
})

test('a log at its bound is appended to, one past it is put aside', () => {
  writeFileSync(file, '12345')
  expect(rotateLog(file, 5)).toBe(5)
  expect(existsSync(file)).toBe(true)
  expect(rotateLog(file, 4)).toBe(0)
  expect(existsSync(file)).toBe(false)
  expect(readFileSync(`${file}.1`, 'utf8')).toBe('12345')
})
