// Live in a real browser: events through a real topic, and what happens when there are very many.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { until } from '../../../test/e2e/support/until.ts'
import type { Scene } from '../../indexer/test/support/scene.ts'
import { eventRows, openBrowser, visit } from './support/browser.ts'
import { publishLines, startConsole, startConsoleScene } from './support/console.ts'

test('events appear as they arrive, narrowed by service, level and text; a pause counts what comes meanwhile, and a lost stream comes back', async () => {
  const { scene, console, url } = await startConsoleScene()
  const browser = await openBrowser()
  const { page, problems } = await visit(browser, url)
  await page.getByText('Waiting for the next event').waitFor()
  expect(new URL(page.url()).pathname).toBe('/live')
  const rows = eventRows(page)
  await publishLines(scene, [
    { service: 'orders', level: 'info', message: 'order placed' },
    { service: 'payments', level: 'error', message: 'card refused' },
    { service: 'payments', level: 'fatal', message: 'out of memory' },
  ])
  await rows.nth(2).waitFor()
  expect(await rows.filter({ hasText: 'card refused' }).getAttribute('class')).toContain('error')

  await page.keyboard.press(' ')
  await page.getByRole('button', { name: 'Resume' }).first().waitFor()
  await publishLines(scene, [
    { service: 'orders', level: 'warn', message: 'came while paused' },
    { service: 'orders', level: 'info', message: 'came while paused, too' },
  ])
  await page.getByRole('button', { name: '2 came meanwhile' }).click()
  await rows.filter({ hasText: 'came while paused, too' }).waitFor()

  await page.getByLabel('Lowest level').selectOption('error')
  await page.getByText('Nothing matches yet').waitFor()
  // The address changes before the stream does, which is `Live` still with the filter before.
  const isAnswered = page.waitForResponse(/api\/live\?.*text=needle/)
  await page.keyboard.press('/')
  await page.keyboard.type('needle')
  await page.waitForURL(/text=needle/)
  await isAnswered
  expect(page.url()).toContain('level=error')
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor()
  await publishLines(scene, [
    { service: 'orders', level: 'error', message: 'hay' },
    { service: 'orders', level: 'info', message: 'a NEEDLE of no level' },
    { service: 'orders', level: 'fatal', message: 'the NEEDLE' },
  ])
  await rows.filter({ hasText: 'the NEEDLE' }).waitFor()
  expect(await rows.count()).toBe(1)

  // j selects, Enter opens, Escape closes: the event is known before it is in Elasticsearch.
  await page.keyboard.press('Escape')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  const panel = page.getByRole('complementary', { name: 'Event' })
  await panel.getByRole('tab', { name: 'Explain' }).click()
  await panel.getByRole('row', { name: /message the NEEDLE/ }).waitFor()
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })
  expect(problems.filter((problem) => !problem.includes('status of 404'))).toEqual([])

  console.child.kill('SIGTERM')
  await console.ended
  await page.getByRole('status').filter({ hasText: 'Reconnecting' }).waitFor()
  await startConsole({ ...scene.environment, MILLRACE_CONSOLE_PORT: new URL(url).port })
  await page
    .getByRole('status')
    .filter({ hasText: /^(Live|Paused)$/ })
    .waitFor()
})

test('10,000 events a second are sampled with a note, and the page still answers at once', async () => {
  const { scene, url } = await startConsoleScene()
  const browser = await openBrowser()
  const { page, problems } = await visit(browser, url)
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor()
  // The longest time for which the page did nothing else.
  await page.evaluate(`
    window.longestMs = 0
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longestMs = Math.max(window.longestMs, duration)
    }).observe({ type: 'longtask' })
  `)
  const enough = new AbortController()
  const flood = floodUntil(enough.signal, scene)
  await page.getByText(/^Showing 1 of \d/).waitFor()
  // It scrolls, walks and draws while they come.
  await page.keyboard.press('k')
  await page.getByRole('button', { name: /[\d,]+ came meanwhile/ }).click()
  await until('thousands are counted in a second', async () => {
    const label = await page
      .getByRole('img', { name: /Events per second/ })
      .getAttribute('aria-label')
    return Number(/highest (\d+)/.exec(label ?? '')?.[1]) > 5000
  })
  enough.abort()
  await flood
  const drawn = await eventRows(page).count()
  expect(drawn).toBeGreaterThan(10)
  expect(drawn).toBeLessThan(100)
  expect(await page.evaluate('window.longestMs')).toBeLessThan(1000)
  expect(problems).toEqual([])
})

/**
 * 10,000 lines in each second, for half a minute at most; evenly, for of a burst that fits into a quarter of a second
 * the console looks at 5,000 and counts the rest as skipped.
 */
async function floodUntil(signal: AbortSignal, scene: Scene): Promise<void> {
  for (let tenth = 0; tenth < 300 && !signal.aborted; tenth++) {
    const lines = Array.from({ length: 1_000 }, (_, index) => ({
      service: `service-${index % 7}`,
      level: index % 20 === 0 ? ('error' as const) : ('info' as const),
      message: `flood ${tenth} ${index}`,
    }))
    const startedAt = performance.now()
    await publishLines(scene, lines)
    await sleep(Math.max(0, 100 - (performance.now() - startedAt)))
  }
}
