// Writes `kibana/millrace.ndjson`; a step of `npm run docs`.
import { writeFileSync } from 'node:fs'
import { ndjson, ndjsonFile } from './all.ts'

writeFileSync(ndjsonFile, ndjson())
