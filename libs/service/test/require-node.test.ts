import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { nodeProblem } from '@millrace/service/require-node'
import { expect, test } from 'vitest'

const file = fileURLToPath(new URL('../src/require-node.cjs', import.meta.url))

const sentence =
  'millrace-indexer needs Node 22.18 or newer; this is v20.20.2. Run it through npm (npm start), which brings its own, or install a newer Node.'

test.each(['v12.22.12', 'v18.20.8', 'v20.20.2', 'v21.7.3', 'v22.17.1'])(
  '%s is too old',
  (version) => {
    expect(nodeProblem('millrace-indexer', version)).toBe(sentence.replace('v20.20.2', version))
  },
)

test.each(['v22.18.0', 'v22.22.1', 'v23.0.0', 'v24.21.0', 'v100.0.0'])('%s will do', (version) => {
  expect(nodeProblem('millrace-indexer', version)).toBeUndefined()
})

function runOn(version: string): { status: number | null; stderr: string; stdout: string } {
  const script = `
    Object.defineProperty(process, 'version', { value: ${JSON.stringify(version)} })
    require(${JSON.stringify(file)}).requireNode('millrace-indexer')
    console.log('started')`
  return spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' })
}

test('on an old Node the process prints one line and ends with 78', () => {
  expect(runOn('v20.20.2')).toMatchObject({ status: 78, stderr: `${sentence}\n`, stdout: '' })
})

test('on a new Node nothing is printed and the process goes on', () => {
  expect(runOn('v24.0.0')).toMatchObject({ status: 0, stderr: '', stdout: 'started\n' })
})

test('the gate keeps to syntax that Node 12 knows', () => {
  const code = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
  expect(code).not.toMatch(/\?\.|\?\?|\|\|=|&&=|\d_\d|#\w|node:|\bimport\b|\bawait\b/)
})
