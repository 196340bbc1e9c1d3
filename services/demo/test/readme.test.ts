import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(folder, path), 'utf8')

test.each(['orders', 'payments', 'catalogue'])(
  'the README shows the log of %s as the code has it, in under ten lines',
  (service) => {
    const code = /^\/\/ snippet: .*\n([\s\S]*?)\n\/\/ end of snippet/m.exec(
      read(`${service}/log.mts`),
    )?.[1]
    expect(code).toBeDefined()
    expect(read('README.md')).toContain(`\`\`\`ts\n${code}\n\`\`\``)
    expect(code!.split('\n').length).toBeLessThan(10)
  },
)
