import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, '../..')

test.each(['orders', 'payments', 'catalogue', 'load'])(
  '%s ends with code 78 on a misspelled variable, and names the nearest one',
  async (name) => {
    const env = { PATH: process.env['PATH'], PORT: '0', MILLRACE_KAFKA_BROKER: 'kafka-1:9092' }
    const [code, output] = await new Promise<[code: unknown, output: string]>((resolve) => {
      execFile(process.execPath, [join(folder, name, 'main.ts')], { env }, (error, _out, words) =>
        resolve([error?.code, words]),
      )
    })
    expect(code).toBe(78)
    expect(output).toContain(
      'MILLRACE_KAFKA_BROKER is not a setting of Millrace. Near names: MILLRACE_KAFKA_BROKERS.',
    )
  },
)
