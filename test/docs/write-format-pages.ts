// Writes docs/formats.md and docs/sniffing.md: npm run docs
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatPages } from './format-pages.ts'

const root = join(import.meta.dirname, '../..')
for (const [path, text] of formatPages()) {
  writeFileSync(join(root, path), text)
  process.stdout.write(`${path}\n`)
}
