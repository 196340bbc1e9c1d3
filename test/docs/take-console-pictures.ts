// `npm run docs:images`: pictures of every view of the console, in light and dark, over the demo shop of a running
// `npm start`; one is started where none runs.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createProducer, kafkaSettings } from '@millrace/kafka'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../../services/console/test/support/chromium.ts'
import { until } from '../e2e/support/until.ts'

interface Run {
  kafka: string[]
  services: Record<string, string>
}

const root = join(import.meta.dirname, '../..')
const folder = join(root, 'docs/images')
const runFile = join(root, '.millrace/run.json')
const startDeadlineMs = 300_000
/** Events that make a picture worth looking at, and how long they may take. */
const eventsMin = 4000
const eventsDeadlineMs = 400_000
const picture = { width: 1440, height: 900 }
const letterGroup = 'MILLRACE_DECODE_HEADER'
const phone = { width: 390, height: 844 }
/** Rows have come in, charts are drawn. */
const settleMs = 6000
/** The first audit may take its time. */
const loadingDeadlineMs = 120_000

const started = existsSync(runFile) ? undefined : startDemo()
try {
  await until('npm start runs a console', () => consoleUrl() !== undefined, {
    deadlineMs: startDeadlineMs,
  })
  const url = consoleUrl()!
  await publishBroken()
  await until('the shop has logged enough', async () => (await countEvents(url)) >= eventsMin, {
    deadlineMs: eventsDeadlineMs,
  })
  await takeAll(url)
} finally {
  if (started !== undefined) {
    started.kill('SIGINT')
    await new Promise((resolve) => started.once('close', resolve))
  }
}

function startDemo() {
  process.stderr.write('Starting the demo for the pictures; it is stopped afterwards.\n')
  const bootstrap = join(root, 'libs/workspace/bootstrap.mjs')
  return spawn(process.execPath, [bootstrap, 'start', '--rate', '25'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

function readRun(): Run | undefined {
  return existsSync(runFile) ? (JSON.parse(readFileSync(runFile, 'utf8')) as Run) : undefined
}

function consoleUrl(): string | undefined {
  return readRun()?.services['console']
}

/** What no indexer can read, so that Dead letters has something to show. */
async function publishBroken(): Promise<void> {
  const producer = createProducer(kafkaSettings.parse({ brokers: readRun()!.kafka }))
  const broken = '{"level":50,"time":1767323045678,"msg":"no stock for mug-blue"}'
  await producer.publish({
    topic: 'logs',
    records: [
      { key: null, value: null },
      ...['orders', 'billing', 'billing'].map((service, index) => ({
        key: `customer-${index}`,
        value: broken,
        headers: { service, millrace: '{"v":1,"format":' },
      })),
      ...[1, 2].map((at) => ({
        key: `batch-${at}`,
        value: `{"resourceLogs":[{"scopeLogs":"${at}"}]`,
        headers: { service: 'edge', format: 'otlp' },
      })),
    ],
  })
  await producer.close()
}

/** None as long as the search is not answered well: shards of a data stream that has just come into being start first. */
async function countEvents(url: string): Promise<number> {
  const answer = await fetch(`${url}/api/search?size=1&from=now-15m`)
  if (!answer.ok) return 0
  return ((await answer.json()) as { total: { count: number } }).total.count
}

/** The newest event that the filter finds. */
async function newestEvent(url: string, filter: string): Promise<string> {
  const query = `size=1&from=now-15m&filter=${encodeURIComponent(filter)}`
  const { rows } = (await ask(`${url}/api/search?${query}`)) as { rows: { id: string }[] }
  if (rows[0] === undefined) throw new Error(`the shop has not logged ${filter} yet; try once more`)
  return rows[0].id
}

async function newestLetter(url: string): Promise<string> {
  const address = `${url}/api/dead-letters/letters?group=${letterGroup}&size=1`
  const { letters } = (await ask(address)) as { letters: { id: string }[] }
  return letters[0]!.id
}

async function ask(address: string): Promise<unknown> {
  const answer = await fetch(address)
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}: ${await answer.text()}`)
  return answer.json()
}

async function takeAll(url: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const cancelled = await newestEvent(url, 'level: warn and service: orders and trace: *')
  const search = '/search?from=now-5m'
  const views = {
    live: '/live',
    search,
    trace: `${search}&event=${cancelled}&tab=trace`,
    delivery: '/delivery',
    'dead-letters': `/dead-letters?group=${letterGroup}&letter=${await newestLetter(url)}`,
  }
  const browser = await launchBrowser()
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [name, path] of Object.entries(views)) {
        await take(browser, `${url}${path}`, {
          name: `console-${name}-${colorScheme}`,
          colorScheme,
        })
      }
    }
    await take(browser, `${url}/live`, { name: 'console-phone', colorScheme: 'dark', size: phone })
  } finally {
    await browser.close()
  }
}

interface Shot {
  name: string
  colorScheme: 'light' | 'dark'
  size?: { width: number; height: number }
}

async function take(browser: Browser, address: string, shot: Shot): Promise<void> {
  const { name, colorScheme, size = picture } = shot
  const page = await browser.newPage({
    colorScheme,
    viewport: size,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  })
  await page.goto(address)
  await page.locator('main :is(.bar, .card)').first().waitFor()
  await sleep(settleMs)
  await page.waitForFunction(`document.querySelector('main .loading') === null`, undefined, {
    timeout: loadingDeadlineMs,
  })
  const path = join(folder, `${name}.png`)
  await page.screenshot({ path })
  await page.close()
  process.stdout.write(`${path.slice(root.length + 1)}\n`)
}
