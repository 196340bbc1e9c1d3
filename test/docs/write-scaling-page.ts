// Writes the plans of docs/scaling.md from its figures: npm run docs
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { scalingPage, scalingPagePath } from './scaling-page.ts'

writeFileSync(join(import.meta.dirname, '../..', scalingPagePath), scalingPage())
process.stdout.write(`${scalingPagePath}\n`)
