import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { root, startProcess } from './support/processes.ts'

const page = readFileSync(join(root, 'docs/kafka-in-five-minutes.md'), 'utf8')
const steps = [...page.matchAll(/<!-- walk -->\n```sh\n([\s\S]*?)\n```/g)].map((match) => match[1]!)

async function walk(command: string, topic: string): Promise<string> {
  const run = startProcess({
    name: command,
    program: 'bash',
    parameters: ['-c', command.replaceAll('quickstart', topic)],
    environment: {
      PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
      MILLRACE_KAFKA_BROKERS: inject('stack').kafka.join(','),
    },
  })
  expect(await run.ended, run.output()).toBe(0)
  return run.output()
}

test('every step of the Kafka walk does what the page says', async () => {
  const topic = `walk-${randomBytes(4).toString('hex')}`
  expect(steps).toHaveLength(5)
  const said: string[] = []
  for (const step of steps) said.push(await walk(step, topic))
  const [created, described, produced, tailed, listed] = said
  expect(created).toContain(topic)
  expect(described).toMatch(/PartitionCount:\s*3/)
  expect(described).toMatch(/Leader:\s*1\s+Replicas:\s*1\s+Isr:\s*1/)
  expect(produced).toContain('3')
  for (const line of ['first line', 'second line', 'third line']) expect(tailed).toContain(line)
  expect(listed).toContain(topic)
})
