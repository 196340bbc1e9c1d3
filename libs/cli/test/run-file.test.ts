import { expect, test } from 'vitest'
import { findRunningStart } from '../src/run-file.ts'
import { folderWithRunFile } from './support/run-file.ts'

/** Above what Linux gives to a process (pid_max). */
const noProcess = 2 ** 22 + 1

test('the file is found from a folder below it', () => {
  expect(findRunningStart(folderWithRunFile())).toMatchObject({
    kafka: ['127.0.0.1:1'],
    elasticsearch: 'http://127.0.0.1:1',
    path: expect.stringMatching(/\.millrace\/run\.json$/),
  })
})

test('without a file there is no running start', () => {
  expect(findRunningStart('/')).toBeUndefined()
})

test.each([
  ['whose process has ended', { processes: { start: noProcess } }],
  ['that is half written', '{"kafka":['],
  ['without addresses', { kafka: 'x' }],
  ['that is null', 'null'],
])('a file %s counts as none', (_which, change) => {
  expect(findRunningStart(folderWithRunFile(change))).toBeUndefined()
})
