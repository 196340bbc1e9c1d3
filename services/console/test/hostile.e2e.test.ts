// Lines made to harm whoever reads them, in a real browser: everything is text, nothing runs, nothing moves.
import { expect, test } from 'vitest'
import { untilCommitted } from '../../indexer/test/support/scene.ts'
import { eventRows, openBrowser, visit } from './support/browser.ts'
import { publishLines, startConsoleScene } from './support/console.ts'

const markup = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>'
const hidden = 'paid \u202E00,1 RUE\u202C \u001B[31mred\u001B[0m \u0007 zero\u200Bwidth'
const long = `begins ${'x'.repeat(1_000_000)} ends`

test('script, escape codes, bidi controls and a line of a megabyte are shown as what they are in every view', async () => {
  const { scene, worker, url } = await startConsoleScene()
  const browser = await openBrowser()
  const live = await visit(browser, `${url}/live`)
  await live.page.getByRole('status').filter({ hasText: 'Live' }).waitFor()
  const [markupId, hiddenId, longId] = await publishLines(scene, [
    { service: '<b>shop</b>', level: 'error', message: markup, more: { [markup]: markup } },
    { service: 'orders', level: 'info', message: hidden, more: { raw: hidden } },
    { service: 'orders', level: 'info', message: 'long', more: { payload: long } },
  ])
  await scene.producer.publish({
    topic: scene.topic,
    records: [{ key: markup, value: markup, headers: { millrace: `{${markup}` } }],
  })
  await untilCommitted(scene, worker)
  await fetch(`${scene.elasticsearch}/${scene.dataStream}/_refresh`, { method: 'POST' })

  const row = eventRows(live.page).filter({ hasText: '<b>shop</b>' })
  await row.waitFor()
  expect(await row.locator('.message').textContent()).toContain(markup)
  const named = eventRows(live.page).filter({ hasText: 'paid' })
  expect(await named.locator('.message').textContent()).toBe(
    'paid RLO00,1 RUEPDF red BEL zeroZWSPwidth',
  )
  expect(await named.locator('.control').first().getAttribute('title')).toBe('U+202E')

  const search = await visit(browser, `${url}/search?event=${markupId}`)
  const panel = search.page.getByRole('complementary', { name: 'Event' })
  await panel.getByText(markup).first().waitFor()
  for (const tab of ['Trace', 'Path', 'Explain'])
    await panel.getByRole('tab', { name: tab }).click()
  await panel.getByText(markup).first().waitFor()
  await search.page.goto(`${url}/search?event=${hiddenId}`)
  await panel.getByRole('row', { name: /raw paid RLO00,1 RUEPDF ESC\[31mredESC\[0m/ }).waitFor()

  // The megabyte: its beginning, then more by steps, the page never frozen.
  await search.page.goto(`${url}/search?event=${longId}&tab=explain`)
  const more = panel.getByRole('button', { name: /^Show (more|all)/ })
  await more.first().waitFor()
  const before = (await panel.locator('pre.line').textContent())!.length
  expect(before).toBeLessThan(10_000)
  await more.first().click()
  expect((await panel.locator('pre.line').textContent())!.length).toBeGreaterThan(before)

  const letters = await visit(browser, `${url}/dead-letters`)
  await letters.page.getByRole('button', { name: /MILLRACE_DECODE_HEADER/ }).click()
  await letters.page.getByRole('button', { name: /open <img/ }).click()
  await letters.page.getByText(markup).nth(1).waitFor()

  for (const { page, problems } of [live, search, letters]) {
    expect(problems).toEqual([])
    expect(await page.evaluate('window.harmed')).toBeUndefined()
    expect(await page.locator('main img:not([role]), main script').count()).toBe(0)
  }
  const answer = await fetch(`${url}/search`)
  const policy = answer.headers.get('content-security-policy')
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toMatch(/unsafe|\*|https?:/)
  expect(await answer.text()).not.toMatch(/<script(?![^>]* src=)|<style|style=|\son\w+=/)
})
