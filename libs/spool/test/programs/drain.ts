// A process that sends what is free in a spool to its standard output, one line for each record.
import { systemClock } from '@millrace/foundation'
import { drainSpool } from '../../src/index.ts'

const [directory = '', rounds = '1'] = process.argv.slice(2)
process.stdout.write('ready\n')
for await (const _ of process.stdin) break
for (let round = 0; round < Number(rounds); round++) {
  await drainSpool({
    directory,
    matches: () => true,
    publish: async (_head, records) => {
      process.stdout.write(records.map(({ key }) => `${key}\n`).join(''))
      await systemClock.sleep(1)
      return true
    },
    batchRecords: 10,
    clock: systemClock,
  })
}
process.stdin.destroy()
