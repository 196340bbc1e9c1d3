// What the load generator is told, by arguments or by the environment.
import { parseArgs } from 'node:util'

export interface LoadOptions {
  /** Requests per second, 0 to 1000. Default 20. */
  ratePerSecond: number
  /** Default 1. */
  seed: number
  /** Ends after so many requests. Default: never. */
  requestsMax: number
  ordersUrl: string
  catalogueUrl: string
}

/** Arguments win over DEMO_RATE and DEMO_SEED. Wrong ones are a value: one line that names the option. */
export function readLoadOptions(
  parameters: readonly string[],
  environment: NodeJS.ProcessEnv,
): LoadOptions | { problem: string } {
  let values: { rate?: string; seed?: string; requests?: string }
  try {
    values = parseArgs({
      args: [...parameters],
      options: { rate: { type: 'string' }, seed: { type: 'string' }, requests: { type: 'string' } },
    }).values
  } catch (error) {
    return { problem: (error as Error).message.split('\n')[0] ?? 'wrong arguments' }
  }
  const rateText = values.rate ?? (environment['DEMO_RATE'] || '20')
  const ratePerSecond = Number(rateText)
  if (rateText.trim() === '' || !(ratePerSecond >= 0 && ratePerSecond <= 1000)) {
    return { problem: `--rate must be 0..1000 requests per second, got "${rateText}"` }
  }
  const seedText = values.seed ?? (environment['DEMO_SEED'] || '1')
  const seed = Number(seedText)
  if (seedText.trim() === '' || !Number.isSafeInteger(seed)) {
    return { problem: `--seed must be an integer, got "${seedText}"` }
  }
  const requestsMax = values.requests === undefined ? Infinity : Number(values.requests)
  if (!(requestsMax >= 1)) {
    return { problem: `--requests must be 1 or more, got "${values.requests}"` }
  }
  return {
    ratePerSecond,
    seed,
    requestsMax,
    ordersUrl: environment['ORDERS_URL'] || 'http://127.0.0.1:3001',
    catalogueUrl: environment['CATALOGUE_URL'] || 'http://127.0.0.1:3003',
  }
}
