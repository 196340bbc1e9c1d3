// The Kafka of docker-compose.secure.yml: the same script, properties and users, with the programs of its image on this machine.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock, systemRandom } from '@millrace/foundation'
import { onTestFailed, onTestFinished } from 'vitest'
import { processEnvironment } from '../../../libs/local-stack/src/environment.ts'
import { findJdk } from '../../../libs/local-stack/src/jdk.ts'
import { freePort } from '../../../libs/local-stack/src/ports.ts'
import { prepareServers } from '../../../libs/local-stack/src/prepare.ts'
import type { ComposeService } from './compose.ts'
import { root } from './compose.ts'

export interface SecureKafka {
  /** Of the listener that services use, and of the one that this machine is told. */
  internal: string
  external: string
  child: ChildProcess
}

/** Resolves at once: whoever asks it for something waits until it answers. */
export async function startSecureKafka(
  { entrypoint = [], command = [] }: ComposeService,
  directory: string,
  secrets: string,
): Promise<SecureKafka> {
  const ports = await freePorts(['19092', '9092', '19093', '19094'])
  const data = join(directory, 'kafka-data')
  const here = (text: string): string =>
    text
      .replaceAll(/:(\d{4,5})\b/g, (_, port: string) => `:${ports.get(port)}`)
      .replaceAll('@kafka:', '@127.0.0.1:')
      .replaceAll('//kafka:', '//127.0.0.1:')
      .replaceAll('//:', '//127.0.0.1:')
      .replaceAll('/run/secrets/kafka', secrets)
      .replaceAll('/var/lib/kafka/data', data)
  const properties = join(directory, 'kafka.properties')
  writeFileSync(properties, here(readFileSync(join(root, 'containers/kafka.properties'), 'utf8')))
  const parameters = [...entrypoint.slice(1), ...command].map((word) =>
    word === '/containers/kafka.properties'
      ? properties
      : (ports.get(word) ?? here(word).replace(/^\/containers/, join(root, 'containers'))),
  )
  const child = spawn(entrypoint[0]!, parameters, {
    env: { PATH: process.env['PATH'], KAFKA_BIN: await programsOf(directory) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let words = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-20_000)))
  }
  const ended = new Promise((resolve) => child.once('close', resolve))
  onTestFailed(() => {
    process.stderr.write(`--- output of kafka ---\n${words}\n`)
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const at = (port: string): string => `127.0.0.1:${ports.get(port)}`
  return { internal: at('19092'), external: at('9092'), child }
}

async function freePorts(names: readonly string[]): Promise<Map<string, string>> {
  const taken = new Set<number>()
  const ports = new Map<string, string>()
  for (const name of names) ports.set(name, String(await freePort(taken, systemRandom)))
  return ports
}

/** The two programs of Kafka's distribution that the script calls: its own are scripts around the same classes. */
async function programsOf(directory: string): Promise<string> {
  const environment = processEnvironment()
  const jdk = findJdk(environment)
  const servers = await prepareServers({ jdk, environment, clock: systemClock })
  const folder = join(directory, 'bin')
  mkdirSync(folder)
  const classes = {
    'kafka-storage.sh': 'kafka.tools.StorageTool',
    'kafka-server-start.sh': 'kafka.Kafka',
  }
  for (const [name, mainClass] of Object.entries(classes)) {
    const java = `${join(jdk.home, 'bin/java')} -Xmx256m -cp '${join(servers, 'kafka', '*')}'`
    writeFileSync(join(folder, name), `#!/bin/sh\nexec ${java} ${mainClass} "$@"\n`, {
      mode: 0o755,
    })
  }
  return folder
}
