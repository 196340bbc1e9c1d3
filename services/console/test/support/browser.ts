// A real browser for a test, and what must never happen on a page in it.
import axe from 'axe-core'
import type { Browser, Locator, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { deadlineMs } from '../../../../test/e2e/support/until.ts'
import { launchBrowser } from './chromium.ts'

export interface PageOptions {
  colorScheme?: 'light' | 'dark'
  width?: number
  height?: number
  /** Further request headers, for a console with a token. */
  headers?: Record<string, string>
}

/** The pages of one browser, and everything that must never happen on them. */
export interface Visit {
  page: Page
  /** Console errors, uncaught errors, refused policies and requests to other hosts, so far. */
  problems: string[]
}

/** Starts a browser that ends with the test. */
export async function openBrowser(): Promise<Browser> {
  const browser = await launchBrowser()
  onTestFinished(() => browser.close())
  return browser
}

/** Opens an address in a fresh context in Berlin, where local time differs from UTC the whole year. */
export async function visit(
  browser: Browser,
  url: string,
  { colorScheme = 'light', width = 1440, height = 900, headers }: PageOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    colorScheme,
    viewport: { width, height },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    ...(headers === undefined ? {} : { extraHTTPHeaders: headers }),
  })
  const page = await context.newPage()
  page.setDefaultTimeout(deadlineMs)
  const problems: string[] = []
  const { origin } = new URL(url)
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.stack ?? error.message}`))
  page.on('dialog', (dialog) => {
    problems.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) problems.push(`a request to ${request.url()}`)
  })
  await page.goto(url)
  return { page, problems }
}

/** The rows of a list of events; menus have options, too. */
export function eventRows(page: Page): Locator {
  return page.getByRole('listbox', { name: /^Events, newest/ }).getByRole('option')
}

interface AxeResults {
  violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[]
}

/** Fails with every violation of WCAG 2.2 A and AA, and of axe's own best practices, on the page as it is now. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  // What fades in has its colours, and so its contrast, only when it is there.
  await page.evaluate(
    'Promise.allSettled(document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < Infinity).map(({ finished }) => finished)).then(() => undefined)',
  )
  // Runs beside the page's scripts, by the browser's debugger: the policy lets no foreign script in.
  const { violations } = (await page.evaluate(
    `${axe.source}; axe.run(document, { resultTypes: ['violations'] })`,
  )) as AxeResults
  const told = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html}\n  ${failureSummary}`),
  )
  expect(told, `${what} is accessible`).toEqual([])
}
