// Makes a token for the console, once: node services/console/server/new-token.mts FILE. One that is there is kept.
import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'

const [file] = process.argv.slice(2)
if (file === undefined) {
  process.stderr.write('new-token.mts takes the path of the file to write\n')
  process.exitCode = 2
} else if (!existsSync(file)) {
  writeFileSync(file, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
}
