// A process that closes as it is told: node closing.ts '{"deadlineMs":…,"closeMs":…,"echoMs":…,"crash":…,"failing":…}'
import { systemClock } from '@millrace/foundation'
import { onShutdown } from '../../src/index.ts'

interface Plan {
  deadlineMs: number
  closeMs: number
  echoMs?: number
  crash?: boolean
  failing?: boolean
}

const plan = JSON.parse(process.argv[2] ?? '{}') as Plan
const keepAlive = setInterval(() => undefined, 1_000)

onShutdown({
  deadlineMs: plan.deadlineMs,
  ...(plan.echoMs === undefined ? {} : { echoMs: plan.echoMs }),
  async close({ signal, error }) {
    console.log(`closing ${signal ?? (error === undefined ? 'by itself' : 'after an error')}`)
    await systemClock.sleep(plan.closeMs)
    if (plan.failing === true) throw new Error('can not close')
    clearInterval(keepAlive)
    console.log('closed')
  },
  onProblem: (sentence) => console.log(sentence),
})
console.log('started')
if (plan.crash === true) void Promise.reject(new Error('nobody caught me'))
