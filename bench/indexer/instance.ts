// One process that logs: its records as Millrace's transport writes them.
import { encodeSourceFacts, formatEventId, headerName, mintInstanceId } from '@millrace/envelope'
import { systemClock, systemRandom } from '@millrace/foundation'
import type { OutgoingRecord } from '@millrace/kafka'

/** As many as the transport's half megabyte takes of short lines. */
const batchBytesMax = 512 * 1024
const batchRecordsMax = 1000

export class Instance {
  readonly #id = mintInstanceId(systemClock, systemRandom)
  readonly #headers: Record<string, Buffer>
  #sequence = 0
  #batch: OutgoingRecord[] = []
  #bytes = 0

  constructor(service: string, format = 'pino') {
    const facts = {
      format,
      'service.name': service,
      'service.version': '1.4.2',
      'service.environment': 'production',
      'host.name': `${service}-7c9d5b6f48-x2x7k`,
      'agent.type': 'millrace',
      'agent.version': '0.1.0',
    }
    this.#headers = { [headerName]: encodeSourceFacts(facts) }
  }

  get isFull(): boolean {
    return this.#batch.length >= batchRecordsMax || this.#bytes >= batchBytesMax
  }

  /** @returns the line's bytes */
  add(line: string): number {
    const value = Buffer.from(line)
    this.#sequence += 1
    const key = formatEventId(this.#id, this.#sequence)
    this.#batch.push({ key, value, headers: this.#headers })
    this.#bytes += value.length
    return value.length
  }

  take(): OutgoingRecord[] {
    const batch = this.#batch
    this.#batch = []
    this.#bytes = 0
    return batch
  }
}
