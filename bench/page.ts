// A report's place on a page: between its two marks, so that a measurement is put there by its command.
import { dirname, relative } from 'node:path'

/** Markdown of a picture on a page beside which, or below which, it lies. */
export function pictureOnPage(page: string, picture: { path: string; title: string }): string {
  return `![${picture.title}](${relative(dirname(page), picture.path)})\n\n`
}

/**
 * @param report what the command prints
 * @throws Error that names the marks which the page lacks
 */
export function putOnPage(page: string, benchmark: string, report: string): string {
  const begin = `<!-- bench ${benchmark}: begin -->`
  const end = `<!-- bench ${benchmark}: end -->`
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from === -1 || to < from) {
    throw new Error(`the page lacks the lines ${begin} and ${end}, between which the report goes`)
  }
  return `${page.slice(0, from + begin.length)}\n${report}\n${page.slice(to)}`
}
