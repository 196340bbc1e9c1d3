// Records that cannot become documents, and records of strangers that can: what a shared topic also holds.
import {
  encodeSourceFacts,
  formatEventId,
  hashSource,
  mintInstanceId,
  offsetEventId,
} from '@millrace/envelope'
import { systemClock, systemRandom } from '@millrace/foundation'
import type { OutgoingRecord } from '@millrace/kafka'
import { topic, type World } from './world.ts'

/** What Elasticsearch refuses each document of: its `message` is mapped as a number there. */
const refusedDataset = 'chaos_refused'
/** On every poisonous record, and so on its dead letter. */
export const poisonHeader = 'chaos-poison'

export interface Planted {
  /** Ids that must come to lie among the dead letters. */
  deadLetters: Set<string>
  /** Ids that must be indexed, though no transport of ours made them. */
  strangers: Map<string, string>
}

/** Makes Elasticsearch refuse what goes to `logs-chaos_refused-default`, with 400. */
export async function installRefusingTemplate(url: string): Promise<void> {
  const answer = await fetch(`${url}/_index_template/chaos-refused`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      index_patterns: [`logs-${refusedDataset}-*`],
      priority: 900,
      data_stream: {},
      template: {
        settings: { number_of_replicas: 0 },
        mappings: { dynamic: false, properties: { message: { type: 'long' } } },
      },
    }),
  })
  if (!answer.ok) throw new Error(`the refusing template was refused: ${await answer.text()}`)
}

export class Poison {
  readonly planted: Planted = { deadLetters: new Set(), strangers: new Map() }
  /** Its sequences are poison only; it writes no ledger. */
  readonly instance = mintInstanceId(systemClock, systemRandom)
  readonly #world: World
  #clusterHash = ''
  #sequence = 0

  constructor(world: World) {
    this.#world = world
  }

  /** One of each kind. Rejects when no broker takes them; those that were taken by then count. */
  async plant(): Promise<void> {
    const { administration } = this.#world
    if (this.#clusterHash === '') {
      this.#clusterHash = hashSource(await administration.clusterId(), topic)
    }
    const text = `stranger ${this.#sequence}`
    this.planted.strangers.set(await this.#publish({ key: 'k', value: text }), text)
    const mark = { [poisonHeader]: '1' }
    const dead: OutgoingRecord[] = [
      { key: null, value: null, headers: mark },
      { key: 'k', value: 'a line', headers: { millrace: '{broken', ...mark } },
      { key: 'k', value: Uint8Array.of(0xff, 0, 0x80), headers: { millrace: '[]', ...mark } },
    ]
    for (const record of dead) this.planted.deadLetters.add(await this.#publish(record))
    const id = formatEventId(this.instance, ++this.#sequence)
    const header = encodeSourceFacts({
      format: 'json',
      dataset: refusedDataset,
      'service.name': 'poison',
    })
    const value = JSON.stringify({ message: `no number ${this.#sequence}` })
    this.planted.deadLetters.add(id)
    await this.#publish({ key: id, value, headers: { millrace: header, ...mark } })
  }

  /** Resolves with the id of a record that nobody gave one. Tried until a broker has taken it. */
  async #publish(record: OutgoingRecord): Promise<string> {
    for (let tries = 1; ; tries++) {
      try {
        const { partition, baseOffset } = await this.#world.producer.publish({
          topic,
          records: [record],
        })
        return offsetEventId(this.#clusterHash, partition, baseOffset)
      } catch (error) {
        // One whose answer was lost may be there twice: as two records of their own, which is right.
        if (tries >= 600) throw error
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    }
  }
}
