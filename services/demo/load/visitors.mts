// Sends the visits: so many per second, with a bound on those that wait for an answer.
import { type Clock, type Random } from '@millrace/foundation'
import { nextPauseMs, nextVisit, type Visit } from './shopper.mts'

export interface VisitorsOptions {
  ordersUrl: string
  catalogueUrl: string
  /** Mean number of requests per second; 0 sends none. */
  ratePerSecond: number
  random: Random
  clock: Clock
  signal: AbortSignal
  /** Stops by itself after so many requests. Default: never. */
  requestsMax?: number
  /** Requests that wait for an answer; past it visits wait too. Default 100. */
  inFlightMax?: number
  /** Unit: ms. Default 10000. */
  timeoutMs?: number
}

export interface VisitTotals {
  sent: number
  /** HTTP status, or `failed` where there was no answer -> number of requests. */
  answers: Record<string, number>
}

/** Sends visits until the signal is aborted or `requestsMax` is reached, then waits for the answers. Never rejects. */
export async function sendVisits(options: VisitorsOptions): Promise<VisitTotals> {
  const { ratePerSecond, random, clock, signal, requestsMax = Infinity } = options
  const totals: VisitTotals = { sent: 0, answers: {} }
  const waiting = new Set<Promise<void>>()
  const orderIds: string[] = []
  if (ratePerSecond === 0) await idle(clock, signal)
  let dueAt = clock.monotonicMs()
  while (!signal.aborted && totals.sent < requestsMax) {
    dueAt = Math.max(dueAt + nextPauseMs(ratePerSecond, random), clock.monotonicMs() - 1000)
    await clock.sleep(dueAt - clock.monotonicMs(), signal)
    if (waiting.size >= (options.inFlightMax ?? 100)) await Promise.race(waiting)
    if (signal.aborted) break
    totals.sent++
    const visit = count(send(nextVisit(random), orderIds, options), totals)
    waiting.add(visit)
    void visit.finally(() => waiting.delete(visit))
  }
  await Promise.all(waiting)
  return totals
}

async function count(sending: Promise<string>, totals: VisitTotals): Promise<void> {
  const answer = await sending
  totals.answers[answer] = (totals.answers[answer] ?? 0) + 1
}

/** Nothing to do until the signal: the pending timer keeps the process alive. */
async function idle(clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await clock.sleep(2 ** 30, signal)
}

async function send(visit: Visit, orderIds: string[], options: VisitorsOptions): Promise<string> {
  const request = { signal: AbortSignal.timeout(options.timeoutMs ?? 10_000) }
  try {
    if (visit.kind !== 'order') {
      const url =
        visit.kind === 'browse'
          ? `${options.catalogueUrl}${visit.path}`
          : `${options.ordersUrl}/orders/${orderIds.at(-1 - visit.recent) ?? 'ord_unknown'}`
      const answer = await fetch(url, request)
      await answer.arrayBuffer()
      return String(answer.status)
    }
    const answer = await fetch(`${options.ordersUrl}/orders`, {
      ...request,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(visit.order),
    })
    const { orderId } = (await answer.json()) as { orderId?: string }
    if (orderId !== undefined) orderIds.push(orderId)
    if (orderIds.length > 50) orderIds.shift()
    return String(answer.status)
  } catch {
    return 'failed'
  }
}
