// Compiles the look machine: `node libs/transport/scripts/build-look-machine.ts`, after each change in machine/.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const source = fileURLToPath(new URL('../machine', import.meta.url))
const codeFile = fileURLToPath(new URL('../src/redact/look-machine-code.ts', import.meta.url))
/** Of 64 KiB: tables, the window, what is found in it, and 1,800 letters of names. As many names as there may be take 36. */
const pages = { initial: '4', maximum: '36' }

/** @throws Error with what the compiler says */
export function compileLookMachine(): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-look-machine-'))
  try {
    const compiler = fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'))
    const file = join(directory, 'machine.wasm')
    const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--noColors']
    const memory = ['--initialMemory', pages.initial, '--maximumMemory', pages.maximum]
    const files = ['index.ts', '--baseDir', source, '--outFile', file]
    execFileSync(process.execPath, [compiler, ...files, ...flags, ...memory], { stdio: 'pipe' })
    return readFileSync(file)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** As a text in a source file, so that a bundler has nothing to leave behind. */
function sourceOf(code: Buffer): string {
  const lines = code.toString('base64').match(/.{1,96}/g) ?? []
  return [
    '// The look machine, compiled from machine/ by scripts/build-look-machine.ts.',
    'export const lookMachineBase64 = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('')",
    '',
  ].join('\n')
}

if (import.meta.main) writeFileSync(codeFile, sourceOf(compileLookMachine()))
