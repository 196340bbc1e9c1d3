// What every view must be for everybody: readable, reachable, small, still, and at home on a phone.
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { untilCommitted } from '../../indexer/test/support/scene.ts'
import { expectAccessible, openBrowser, visit } from './support/browser.ts'
import { publishLines, startConsoleScene } from './support/console.ts'

const firstScriptBytesMax = 100_000

test('every view is accessible in light and dark, fits a phone, does not shift and asks no other host', async () => {
  const { scene, worker, url } = await startConsoleScene()
  const traceId = randomBytes(16).toString('hex')
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
  const lines = levels.map((level) => ({
    service: 'orders',
    level,
    message: `a ${level}`,
    traceId,
  }))
  const [id] = await publishLines(scene, lines)
  await scene.producer.publish({ topic: scene.topic, records: [{ key: null, value: null }] })
  await untilCommitted(scene, worker)
  await fetch(`${scene.elasticsearch}/${scene.dataStream}/_refresh`, { method: 'POST' })

  /** Address and the text that says that everything is there. */
  const views = [
    ['/live', /^Live$/],
    ['/search', /events/],
    [`/search?event=${id}`, /Copy as JSON/],
    [`/search?event=${id}&tab=trace`, /6 events of 1 services/],
    [`/search?event=${id}&tab=path`, /In Kafka/],
    [`/search?event=${id}&tab=explain`, /comes from/],
    ['/delivery', /Instances/],
    ['/dead-letters', /1 open of 1/],
    ['/dead-letters?group=MILLRACE_DECODE_EMPTY', /most tries/],
  ] as const
  const browser = await openBrowser()
  const looks = [
    { colorScheme: 'light', width: 1440 },
    { colorScheme: 'dark', width: 1440 },
    { colorScheme: 'light', width: 390 },
  ] as const
  for (const look of looks) {
    const { page, problems } = await visit(browser, `${url}/live`, look)
    for (const [path, text] of views) {
      await page.goto(`${url}${path}`)
      await page.locator('main').getByText(text).last().waitFor()
      const what = `${path} in ${look.colorScheme}, ${look.width} wide`
      await expectAccessible(page, what)
      expect(
        await page.evaluate('document.documentElement.scrollWidth - innerWidth'),
        `${what} does not scroll sideways`,
      ).toBeLessThanOrEqual(0)
      expect(await shiftOf(page), `${what} does not shift`).toBeLessThan(0.1)
    }
    expect(problems).toEqual([])
    await page.context().close()
  }

  const { page } = await visit(browser, `${url}/live`)
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
  await expectAccessible(page, 'the help')
  await page.keyboard.press('Escape')
  for (const [key, view] of [
    ['s', 'search'],
    ['d', 'delivery'],
    ['x', 'dead-letters'],
    ['l', 'live'],
  ] as const) {
    await page.keyboard.press('g')
    await page.keyboard.press(key)
    await page.waitForURL(`${url}/${view}`)
    expect(
      await page.getByRole('navigation', { name: 'Views' }).locator('[aria-current]').count(),
    ).toBe(1)
  }
})

test('what the first paint needs is less than 100 kB of script, uncompressed, and no chart', async () => {
  const { url } = await startConsoleScene()
  const browser = await openBrowser()
  const { page } = await visit(browser, `${url}/live`)
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor()
  const names = (await page.evaluate(
    `performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('.js'))`,
  )) as string[]
  const assets = join(import.meta.dirname, '../dist/assets')
  const bytes = names.map((name) => statSync(join(assets, name.split('/').at(-1)!)).size)
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(firstScriptBytesMax)
  const chart = readdirSync(assets).find((name) => /^uPlot/i.test(name))!
  expect(readFileSync(join(assets, chart), 'utf8').length).toBeGreaterThan(20_000)
  expect(names.join()).not.toContain(chart)
})

/** What moved by itself since the page was opened, as browsers measure it (below 0.1 counts as good). */
async function shiftOf(page: { evaluate(script: string): Promise<unknown> }): Promise<number> {
  return (await page.evaluate(`new Promise((resolve) => {
    let sum = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value
    }).observe({ type: 'layout-shift', buffered: true })
    requestAnimationFrame(() => setTimeout(() => resolve(sum), 0))
  })`)) as number
}
