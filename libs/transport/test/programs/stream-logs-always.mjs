// Logs for as long as it lives, and writes down each line before it logs it.
import { openSync, writeSync } from 'node:fs'
import { pinoInProcess } from './lines.mjs'
const { logger } = pinoInProcess()
const truth = openSync(process.env.TRUTH_FILE, 'a')
let number = 0
setInterval(() => {
  for (let line = 0; line < 10; line++) {
    number++
    writeSync(truth, `${number}\n`)
    logger.info({ number }, 'order placed')
    if (number % 1_000 === 0) console.log(number)
  }
}, 5)
