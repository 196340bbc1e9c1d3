// Compiles the plan machine: `node libs/formats/scripts/build-machine.ts`, after each change in machine/.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const machineFile = fileURLToPath(new URL('../src/plans/plan-machine.wasm', import.meta.url))
const source = fileURLToPath(new URL('../machine', import.meta.url))
/** Of 64 KiB: what plans and one line and document may take. It never grows, so that JavaScript's view of it holds. */
const pages = '128'

/** Writes the compiled machine. @throws Error with what the compiler says */
export function compileMachine(file: string): void {
  const compiler = fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'))
  const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--noColors']
  const memory = ['--initialMemory', pages, '--maximumMemory', pages]
  const files = ['index.ts', '--baseDir', source, '--outFile', file]
  execFileSync(process.execPath, [compiler, ...files, ...flags, ...memory], { stdio: 'pipe' })
}

if (import.meta.main) compileMachine(machineFile)
