// The console as a process on a test's own topic and dataset, and lines for it to show.
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { encodeSourceFacts } from '@millrace/envelope'
import type { OutgoingRecord } from '@millrace/kafka'
import { root, startProcess, type TestProcess } from '../../../../test/e2e/support/processes.ts'
import { until } from '../../../../test/e2e/support/until.ts'
import {
  type Scene,
  setScene,
  startWorker,
  untilWorkerReady,
  type Worker,
} from '../../../indexer/test/support/scene.ts'

export interface ConsoleScene {
  scene: Scene
  worker: Worker
  console: TestProcess
  /** Where the page is served. */
  url: string
}

/** Topic, indexer and console; `prepare` comes before the indexer, for a mapping of its own for example. */
export async function startConsoleScene(
  options: {
    environment?: Record<string, string>
    prepare?: (scene: Scene) => Promise<void>
  } = {},
): Promise<ConsoleScene> {
  const scene = await setScene()
  await options.prepare?.(scene)
  const worker = startWorker(scene.environment)
  const { console, url } = await startConsole({ ...scene.environment, ...options.environment })
  await untilWorkerReady(worker)
  return { scene, worker, console, url }
}

/** Builds the page where it is not built yet, and waits until it is served. */
export async function startConsole(
  environment: Record<string, string>,
): Promise<{ console: TestProcess; url: string }> {
  const built = spawnSync(process.execPath, [join(root, 'services/console/web/build.mjs')], {
    encoding: 'utf8',
  })
  if (built.status !== 0) throw new Error(`the page does not build: ${built.stdout}${built.stderr}`)
  const started = startProcess({
    name: 'console',
    parameters: ['services/console/server/main.ts'],
    environment: { MILLRACE_CONSOLE_PORT: '0', ...environment, MILLRACE_HTTP_PORT: '0' },
  })
  let url = ''
  await until(
    'the console is served',
    async () => {
      if (started.child.exitCode !== null) throw new Error(`it ended: ${started.output()}`)
      url = /"url":"(http:\/\/[^"/]+)/.exec(started.output())?.[1] ?? ''
      if (url === '') return false
      const answer = await fetch(`${url}/live`).catch(() => undefined)
      return answer?.ok === true
    },
    { describe: () => started.output() },
  )
  return { console: started, url }
}

export interface Line {
  service: string
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'
  message: string
  traceId?: string
  /** Milliseconds before now. */
  agoMs?: number
  more?: Record<string, unknown>
}

const pinoLevels = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 }
const traceHeader = { spanId: '00f067aa0ba902b7' }

/** Lines as pino writes them, with ids as a transport mints them; answers the ids in the same order. */
export async function publishLines(
  { producer, topic }: Scene,
  lines: readonly Line[],
): Promise<string[]> {
  const instance = `01jd8q3z5v${randomBytes(3).toString('hex')}`
  const ids: string[] = []
  const records: OutgoingRecord[] = lines.map((line, index) => {
    const id = `${instance}-${(index + 1).toString(36).padStart(8, '0')}`
    ids.push(id)
    return { key: id, value: lineText(line), headers: { millrace: headerOf(line.service) } }
  })
  const batchMax = 2000
  for (let from = 0; from < records.length; from += batchMax) {
    await producer.publish({ topic, records: records.slice(from, from + batchMax) })
  }
  return ids
}

function headerOf(service: string): string | Uint8Array {
  return encodeSourceFacts({
    format: 'pino',
    'service.name': service,
    'service.version': '1.4.2',
    'host.name': 'host-1',
    'agent.type': 'millrace',
  })
}

function lineText({ level, message, traceId, agoMs = 0, more }: Line): string {
  return JSON.stringify({
    level: pinoLevels[level],
    time: Date.now() - agoMs,
    msg: message,
    ...(traceId === undefined ? {} : { trace_id: traceId, span_id: traceHeader.spanId }),
    ...more,
  })
}
