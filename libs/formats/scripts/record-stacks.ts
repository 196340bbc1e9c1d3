// Records what runtimes print when nobody catches an error: Node, Python, Go and Java. The last three need their programs.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { save } from './fixture-parts.ts'
import { inFolder } from './program-parts.ts'

const nodeProgram = `
function charge() {
  throw Object.assign(new RangeError('too far', { cause: new TypeError('inner') }), { code: 'E_FAR', errno: -2 })
}
charge()
`
const pythonProgram = `
def pay():
    raise ExceptionGroup("two failed", [ValueError("one"), KeyError("two")])
pay()
`
const javaProgram = `
public class Shop {
    static void read() { throw new IllegalArgumentException("closed"); }
    public static void main(String[] args) {
        try { read(); } catch (IllegalArgumentException error) {
            throw new IllegalStateException("no stock", error);
        }
    }
}
`
const goProgram = `package main

type order struct{ id int }

func pay(o *order) int { return o.id }

func main() { pay(nil) }
`

export async function recordStacks(): Promise<void> {
  await inFolder(async (folder) => {
    const record = (name: string, file: string, text: string, command: string[]): void => {
      writeFileSync(join(folder, file), text.trimStart())
      const [program = '', ...args] = command
      const { stderr } = spawnSync(program, [...args, file], { cwd: folder, encoding: 'utf8' })
      save('text', name, fix(stderr, folder), 'bin')
    }
    record('uncaught-node', 'shop.cjs', nodeProgram, [process.execPath])
    record('uncaught-python', 'shop.py', pythonProgram, ['python3'])
    record('uncaught-java', 'Shop.java', javaProgram, ['java'])
    record('uncaught-go', 'shop.go', goProgram, ['go', 'run'])
  })
}

function fix(text: string, folder: string): string {
  return text
    .replaceAll(folder, '/srv')
    .replaceAll(/0x[0-9a-f]{4,16}/g, '0x7f00')
    .replaceAll(/Node\.js v[\d.]+/g, 'Node.js v24.0.0')
}
