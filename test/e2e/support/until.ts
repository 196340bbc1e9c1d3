// Waiting on a condition, with a deadline that no healthy machine reaches.
import { setTimeout as sleep } from 'node:timers/promises'

export const deadlineMs = 120_000

/** Asks until the answer is true. @throws at the deadline, with what was waited for and the last answer. */
export async function until(
  what: string,
  condition: () => Promise<boolean> | boolean,
  options: { deadlineMs?: number; describe?: () => Promise<string> | string } = {},
): Promise<void> {
  const endAt = performance.now() + (options.deadlineMs ?? deadlineMs)
  while (!(await condition())) {
    if (performance.now() > endAt) {
      const seen = options.describe === undefined ? '' : `; seen last: ${await options.describe()}`
      throw new Error(
        `waited ${(options.deadlineMs ?? deadlineMs) / 1000} s in vain until ${what}${seen}`,
      )
    }
    await sleep(100)
  }
}
