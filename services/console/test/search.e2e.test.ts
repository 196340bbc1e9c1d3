// Search in a real browser, over what a real indexer wrote to a real Elasticsearch.
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { eventRows, openBrowser, visit } from './support/browser.ts'
import { publishLines, startConsoleScene } from './support/console.ts'
import { untilCommitted } from '../../indexer/test/support/scene.ts'

const traceId = randomBytes(16).toString('hex')

test('a search narrows by filter, by a click on a value and by a drag over the histogram, and a row opens into its document, its trace, its path and its explanation', async () => {
  const { scene, worker, url } = await startConsoleScene({
    environment: { MILLRACE_KIBANA_URL: 'http://kibana.example.com' },
  })
  const lines = Array.from({ length: 300 }, (_, index) => ({
    service: ['orders', 'payments', 'catalogue'][index % 3]!,
    level: index % 50 === 0 ? ('error' as const) : ('info' as const),
    message: `line ${index} is written`,
    agoMs: index * 1000,
  }))
  const publishedAt = Date.now()
  // Other tests' events lie in the same Elasticsearch.
  const own = `dataset: "${scene.dataset}"`
  const sku = `mug-${scene.dataset}`
  const [traced] = await publishLines(scene, [
    { service: 'orders', level: 'warn', message: 'stock is low', traceId, more: { sku } },
    { service: 'payments', level: 'info', message: 'payment captured', traceId },
    { service: 'catalogue', level: 'info', message: 'stock reserved', traceId },
    ...lines,
  ])
  await untilCommitted(scene, worker)
  await fetch(`${scene.elasticsearch}/${scene.dataStream}/_refresh`, { method: 'POST' })

  const browser = await openBrowser()
  const { page, problems } = await visit(browser, `${url}/search?q=${encodeURIComponent(own)}`)
  const total = page.getByRole('status').filter({ hasText: 'events' })
  const rows = eventRows(page)
  await total.filter({ hasText: '303' }).waitFor()
  await page.getByRole('img', { name: /error 6, warn 1, info 296/ }).waitFor()
  const row = rows.filter({ hasText: 'stock is low' })
  expect(await row.locator('time').getAttribute('title')).toMatch(/^\d{4}-.*Z$/)
  // Berlin is an hour or two before UTC.
  const [iso, shown] = [
    await row.locator('time').getAttribute('title'),
    await row.locator('time').textContent(),
  ]
  expect(shown).not.toContain(iso!.slice(11, 19))

  // A value on the left.
  await page.getByRole('button', { name: /^payments/ }).click()
  await total.filter({ hasText: '101' }).waitFor()
  expect(new URL(page.url()).searchParams.get('q')).toBe(`${own} and service.name: "payments"`)
  // The keyboard: to the filter, another one, Enter, and a row by j and Enter.
  await page.keyboard.press('/')
  await page.keyboard.type(`${own} and attributes.sku: ${sku}`)
  await page.keyboard.press('Enter')
  await total.filter({ hasText: /\b1 events/ }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')

  const panel = page.getByRole('complementary', { name: 'Event' })
  await panel.getByRole('row', { name: `attributes.sku ${sku}` }).waitFor()
  expect(new URL(page.url()).searchParams.get('event')).toBe(traced)
  expect(await panel.getByRole('link', { name: 'Kibana' }).getAttribute('href')).toContain(
    'http://kibana.example.com/',
  )
  await page.keyboard.press(']')
  const steps = panel.getByRole('listitem')
  await steps.nth(2).waitFor()
  expect((await steps.allTextContents()).map((text) => text.replace(/\+\S+ ms/, ''))).toEqual([
    expect.stringMatching(/orders.*stock is low/),
    expect.stringMatching(/payments.*payment captured/),
    expect.stringMatching(/catalogue.*stock reserved/),
  ])
  await page.keyboard.press(']')
  await panel.getByText('In Kafka').waitFor()
  await panel.getByText(scene.topic, { exact: true }).waitFor()
  expect(await panel.getByRole('list').textContent()).toMatch(/partition\d/)
  await page.keyboard.press(']')
  await panel.getByText(/rule \d+ of \d+|named by/).waitFor()
  await panel.getByRole('row', { name: /message stock is low/ }).waitFor()
  await panel.getByText(`"sku":"${sku}"`).first().waitFor()
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })

  // A link that somebody shares shows the same thing.
  const shared = await visit(
    browser,
    `${url}/search?q=${encodeURIComponent(`${own} and level: error`)}&event=${traced}&tab=path`,
  )
  await shared.page
    .getByRole('status')
    .filter({ hasText: /\b6 events/ })
    .waitFor()
  await shared.page.getByRole('complementary').getByText('In Elasticsearch').waitFor()

  // A drag over the newest third of the histogram.
  const range = { from: new Date(publishedAt - 300_000), to: new Date(publishedAt) }
  const times = `from=${range.from.toISOString()}&to=${range.to.toISOString()}`
  await page.goto(`${url}/search?${times}&q=${encodeURIComponent(own)}`)
  await total.filter({ hasText: 'events' }).waitFor()
  // Before its data are there, the chart has no scale to drag over.
  await page.getByRole('img', { name: /level: (?!none)/ }).waitFor()
  const chart = page.locator('.u-over')
  const box = (await chart.boundingBox())!
  await page.mouse.move(box.x + box.width * 0.66, box.y + 20)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.95, box.y + 20, { steps: 5 })
  await page.mouse.up()
  await total.filter({ hasText: /^\D*\d{2} events/ }).waitFor()
  expect([...problems, ...shared.problems]).toEqual([])
})

test('a filter that is not understood is shown with its place marked, and an empty answer says what to do', async () => {
  const { scene, url } = await startConsoleScene()
  await publishLines(scene, [{ service: 'orders', level: 'info', message: 'one' }])
  const browser = await openBrowser()
  const { page, problems } = await visit(browser, `${url}/search`)
  await page.getByRole('searchbox', { name: 'Filter' }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('level: error and (service: orders')
  await page.keyboard.press('Enter')
  const alert = page.getByRole('alert')
  await alert.waitFor()
  expect(await alert.locator('code').textContent()).toContain('level: error and (service: orders')
  expect(await alert.locator('mark').count()).toBe(1)
  expect(await page.getByRole('searchbox', { name: 'Filter' }).getAttribute('aria-invalid')).toBe(
    'true',
  )
  await page.getByRole('searchbox', { name: 'Filter' }).fill('attributes.nobody: "ever said this"')
  await page.keyboard.press('Enter')
  await page.getByText('No event matches').waitFor()
  expect(problems.filter((problem) => !problem.includes('status of 400'))).toEqual([])
})
