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
const phone = { width: 390, height: 844 }
/** Rows have come in, charts are drawn. */
const settleMs = 6000

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

async function countEvents(url: string): Promise<number> {
  const answer = await fetch(`${url}/api/search?size=1&from=now-15m`)
  return ((await answer.json()) as { total: { count: number } }).total.count
}

/** An event of an order that went through all three services. */
async function tracedEvent(url: string): Promise<string> {
  const filter = encodeURIComponent('message: "order cancelled, payment failed" and trace: *')
  const answer = await fetch(`${url}/api/search?size=1&from=now-15m&filter=${filter}`)
  const { rows } = (await answer.json()) as { rows: { id: string }[] }
  if (rows[0] === undefined) throw new Error('the shop has cancelled no order yet; try once more')
  return rows[0].id
}

async function takeAll(url: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const id = await tracedEvent(url)
  const search = `/search?from=now-15m`
  const views = {
    live: '/live',
    search,
    trace: `${search}&event=${id}&tab=trace`,
    explain: `${search}&event=${id}&tab=explain`,
    delivery: '/delivery',
    'dead-letters': '/dead-letters?group=MILLRACE_DECODE_HEADER',
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
  await page.locator('main').getByRole('status').first().waitFor()
  await sleep(settleMs)
  const path = join(folder, `${name}.png`)
  await page.screenshot({ path })
  await page.close()
  process.stdout.write(`${path.slice(root.length + 1)}\n`)
}
