// `npm run docs`: writes the pages that are made of declarations, the registry of formats and the fixtures.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')

/** Each writes its pages and prints their paths. `test/tidy` fails while a page says something else. */
const generators = [
  'libs/service/scripts/generate-configuration-docs.ts',
  'test/docs/write-format-pages.ts',
  'test/docs/write-scaling-page.ts',
  'kibana/objects/write.ts',
]

for (const generator of generators) {
  const { status } = spawnSync(process.execPath, [join(root, generator)], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) {
    process.stderr.write(`millrace: ${generator} failed; its own words are above\n`)
    process.exitCode = 1
  }
}
