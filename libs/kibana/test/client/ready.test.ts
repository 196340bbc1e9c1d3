import { createServer } from 'node:net'
import { type Clock, systemClock } from '@millrace/foundation'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createKibanaClient, type KibanaError, type KibanaSettings } from '../../src/index.ts'
import { ownDirectory } from '../../../../test/e2e/support/processes.ts'
import { createAuthority } from '../../../../test/security/support/certificates.ts'
import { startKibanaDouble } from '../support/kibana-double.ts'

/** Time that passes at once, and is kept. */
function quickClock(): Clock & { sleptMs: number[] } {
  const sleptMs: number[] = []
  let passedMs = 0
  return {
    ...systemClock,
    sleptMs,
    monotonicMs: () => passedMs,
    sleep(delayMs) {
      sleptMs.push(delayMs)
      passedMs += delayMs
      return Promise.resolve()
    },
  }
}

function clientOf(settings: KibanaSettings, clock: Clock = systemClock) {
  const reasons: string[] = []
  const onWaiting = (reason: string): unknown => reasons.push(reason)
  const client = createKibanaClient(settings, { clock, onWaiting })
  onTestFinished(() => client.close())
  return { client, reasons }
}

const failureOf = (work: Promise<unknown>): Promise<KibanaError> =>
  work.then(
    () => Promise.reject(new Error('it was ready')),
    (error: KibanaError) => error,
  )

describe('a Kibana that starts', () => {
  it('is waited for, as long as it says, and told once', async () => {
    const { url } = await startKibanaDouble({ notReadyFor: 3, retryAfter: '7' })
    const clock = quickClock()
    const { client, reasons } = clientOf({ url }, clock)
    expect(await client.untilReady()).toBe('9.0.1')
    expect(clock.sleptMs).toEqual([7_000, 7_000, 7_000])
    expect(reasons).toEqual([`Kibana (${url}) is not ready: Kibana server is not ready yet`])
  })

  it('is given up after the bound, also when it wants more time', async () => {
    const { url } = await startKibanaDouble({ notReadyFor: 1_000, retryAfter: '86400' })
    const clock = quickClock()
    const failure = await failureOf(clientOf({ url, waitMs: 60_000 }, clock).client.untilReady())
    expect(failure.code).toBe('MILLRACE_KIBANA_UNREACHABLE')
    expect(failure.message).toContain('waited 60 s (MILLRACE_KIBANA_WAIT_MS)')
    expect(clock.sleptMs).toEqual([30_000, 30_000])
  })

  it('may say of itself that it is degraded', async () => {
    let looks = 0
    const { url } = await startKibanaDouble({
      instead(_, reply) {
        if (looks++ > 0) return false
        void reply.code(503).send({ status: { overall: { level: 'degraded' } } })
        return true
      },
    })
    const { client, reasons } = clientOf({ url }, quickClock())
    await client.untilReady()
    expect(reasons).toEqual([`Kibana (${url}) is not ready: its status is degraded`])
  })

  it('is waited for while nothing listens', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    const clock = quickClock()
    const { client } = clientOf({ url: `http://127.0.0.1:${port}`, waitMs: 3_000 }, clock)
    const failure = await failureOf(client.untilReady())
    expect(failure.message).toContain('ECONNREFUSED')
    expect(clock.sleptMs.length).toBe(3)
  })

  it('has no version for those whom it does not know', async () => {
    const { url } = await startKibanaDouble({ authorization: 'ApiKey x' })
    expect(await clientOf({ url }).client.untilReady()).toBeUndefined()
  })

  it('with a wrong key is not waited for', async () => {
    const { url } = await startKibanaDouble({ authorization: 'ApiKey x' })
    const failure = await failureOf(clientOf({ url, apiKey: 'd3Jvbmcta2V5' }).client.untilReady())
    expect(failure.message).toContain('401')
    expect(failure.message).not.toContain('d3Jvbmcta2V5')
  })
})

const names = ['IP:127.0.0.1']

describe('a Kibana with TLS', () => {
  it('is trusted for the authority that is named', async () => {
    const authority = createAuthority(ownDirectory(), 'own')
    const { url } = await startKibanaDouble({ tls: authority.issue('kibana', { names }) })
    expect(url).toMatch(/^https:/)
    expect(await clientOf({ url, ca: authority.ca }).client.untilReady()).toBe('9.0.1')
  })

  it.each(['no authority', 'another authority', 'a certificate that has expired'])(
    'is not waited for with %s',
    async (which) => {
      const directory = ownDirectory()
      const authority = createAuthority(directory, 'own')
      const isExpired = which.includes('expired')
      const { url } = await startKibanaDouble({
        tls: authority.issue('kibana', { names, isExpired }),
      })
      const trusted = which.startsWith('another') ? createAuthority(directory, 'other') : authority
      const ca = which.startsWith('no ') ? {} : { ca: trusted.ca }
      const clock = quickClock()
      const failure = await failureOf(clientOf({ url, ...ca }, clock).client.untilReady())
      expect(failure.message).toContain(
        isExpired ? 'certificate has expired' : 'MILLRACE_KIBANA_CA',
      )
      expect(failure.message).not.toContain('\n')
      expect(clock.sleptMs).toEqual([])
    },
  )
})
