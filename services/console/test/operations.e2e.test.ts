// Delivery and Dead letters in a real browser, with a transport that really logs and a mapping that really refuses.
import { expect, test } from 'vitest'
import { startProcess } from '../../../test/e2e/support/processes.ts'
import { allowWords, refuseWords } from '../../../test/e2e/support/refusing-stream.ts'
import { untilCommitted } from '../../indexer/test/support/scene.ts'
import { openBrowser, visit } from './support/browser.ts'
import { publishLines, startConsoleScene } from './support/console.ts'

test('Delivery tells what became of every line of an instance, who owns which partition, the lag and the delays', async () => {
  const { scene, worker, url } = await startConsoleScene()
  const service = `${scene.topic}-service`
  const producer = startProcess({
    name: service,
    parameters: ['test/e2e/programs/log-lines.mjs', service, '500'],
    environment: scene.environment,
  })
  expect(await producer.ended).toBe(0)
  await untilCommitted(scene, worker)
  const browser = await openBrowser()
  const { page, problems } = await visit(browser, `${url}/delivery`)
  const instances = page.getByRole('region', { name: 'Instances' })
  await instances.getByRole('row', { name: new RegExp(`${service}.* 500 500 0 0 0 0 0`) }).waitFor()
  await page
    .getByRole('region', { name: 'Services' })
    .getByRole('row', { name: new RegExp(`^${service} 1 500 500 0`) })
    .waitFor()
  // The verdict is over all instances, and other tests lose lines on purpose.
  await page.getByText(/nothing is double|lines are lost|documents are there twice/i).waitFor()
  await page.getByRole('img', { name: /Lag over time: now 0 records/ }).waitFor()
  const partitions = page.getByRole('region', { name: 'Lag per partition' }).getByRole('row')
  expect(await partitions.count()).toBe(4)
  await page
    .getByRole('listitem')
    .filter({ hasText: /owns partitions 0\s*1\s*2/ })
    .waitFor()
  await page
    .getByRole('region', { name: 'Delay percentiles' })
    .getByRole('row', { name: /^Kafka \d/ })
    .waitFor()
  expect(problems).toEqual([])
})

test('dead letters are grouped by cause, one is shown with its line, and a group is replayed after a question and with its progress', async () => {
  const { scene, worker, url } = await startConsoleScene({ prepare: refuseWords })
  await publishLines(scene, [
    { service: 'orders', level: 'info', message: 'words' },
    { service: 'billing', level: 'info', message: 'more words' },
    { service: 'orders', level: 'info', message: '42' },
  ])
  await scene.producer.publish({ topic: scene.topic, records: [{ key: null, value: null }] })
  await untilCommitted(scene, worker)
  const browser = await openBrowser()
  const { page, problems } = await visit(browser, `${url}/dead-letters`)
  await page.getByText('3 open of 3 dead letters, 2 causes').waitFor()
  const cause = page.getByRole('button', { name: /MILLRACE_BULK_REJECTED/ })
  // The keyboard walks the causes.
  await page.keyboard.press('j')
  await page.waitForURL(/group=MILLRACE_BULK_REJECTED/)
  expect(await cause.getAttribute('aria-current')).toBe('true')
  await page.getByRole('button', { name: /open .*"msg":"words"/ }).click()
  await page.getByText(/Elasticsearch, 400/).waitFor()
  await page.getByRole('button', { name: 'Replay this one' }).waitFor()

  await allowWords(scene)
  await page.getByRole('button', { name: 'Replay 2' }).click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.textContent()).toContain('Replay 2 dead letters of this cause?')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Replay 2' }).click()
  await dialog.getByRole('button', { name: 'Replay', exact: true }).click()
  const report = page.getByRole('region', { name: 'Replay' })
  await report.getByText(/^Replayed$/).waitFor()
  await report.getByText(/2 of 2 sent · 2 indexed · 0 dead letters again/).waitFor()
  await page.getByText('1 open of 3 dead letters').waitFor()
  await report.getByRole('button', { name: 'Close the report' }).click()
  expect(problems).toEqual([])
})

test('a console with a token shows nothing before it is given, and everything after', async () => {
  const token = 'a-token-of-many-characters'
  const { scene, url } = await startConsoleScene({
    environment: { MILLRACE_CONSOLE_TOKEN: token },
  })
  const browser = await openBrowser()
  const { page, problems } = await visit(browser, `${url}/live`)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.getByLabel('Token').fill('wrong-token-of-many-characters')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').waitFor()
  await page.getByLabel('Token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText(`topic ${scene.topic}`, { exact: true }).waitFor()
  expect(problems.filter((problem) => !problem.includes('status of 401'))).toEqual([])
})
