// The `millrace` command, run as an operator does.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { pinnedNode, root } from './child.ts'
import { group, topic, type World } from './world.ts'

const program = join(root, 'libs/cli/bin/millrace.mjs')
const outputMaxBytes = 2 ** 29
const timeoutMs = 600_000

export interface CommandEnd {
  /** Exit code, or the name of the signal that ended it. */
  code: number | string
  stdout: string
  stderr: string
}

/** Resolves however it ends. */
export function runCommand(world: World, parameters: readonly string[]): Promise<CommandEnd> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    MILLRACE_KAFKA_BROKERS: world.stack.endpoints.kafka.join(','),
    MILLRACE_KAFKA_TOPIC: topic,
    MILLRACE_KAFKA_GROUP: group,
    MILLRACE_ELASTICSEARCH_URL: world.elasticsearch,
  }
  const options = { cwd: world.directory, env, maxBuffer: outputMaxBytes, timeout: timeoutMs }
  return new Promise((resolve) => {
    execFile(pinnedNode, [program, ...parameters], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : (error.code ?? error.signal ?? error.message)
      resolve({ code, stdout, stderr })
    })
  })
}
