// The confusion matrix: every fixture line, recognized by its content alone.
import { builtInFormats } from '@millrace/formats'
import { expect, test } from 'vitest'
import { allowedConfusions, allows, sniffAll } from './support/sniffing.ts'

const lines = sniffAll()

test('each line of each fixture is recognized as its own format, or the exception has a reason', () => {
  const unexplained = lines.filter(
    (line) =>
      line.format !== line.detected &&
      !allowedConfusions.some((confusion) => allows(confusion, line)),
  )
  const told = unexplained.map(
    ({ format, caseName, detected, text }) =>
      `${format}/${caseName} is taken for ${detected}: ${text.slice(0, 200)}`,
  )
  expect(told).toEqual([])
})

test('every reason is needed', () => {
  const idle = allowedConfusions.filter(
    (confusion) => !lines.some((line) => line.format !== line.detected && allows(confusion, line)),
  )
  expect(idle).toEqual([])
})

test('every format recognizes most of its own lines, and all of its typical ones but for those explained', () => {
  for (const { name } of builtInFormats.all) {
    const own = lines.filter(({ format, caseName }) => format === name && caseName !== 'malformed')
    const recognized = own.filter(({ detected }) => detected === name)
    expect(recognized.length, name).toBeGreaterThan(own.length / 2)
  }
})

test('no two formats answer to the same name', () => {
  const names = builtInFormats.all.flatMap(({ name, aliases = [] }) => [name, ...aliases])
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

test('every format says in one clause how it is recognized', () => {
  for (const { name, signature } of builtInFormats.all)
    expect(signature, name).toMatch(/^.{5,300}$/)
})
