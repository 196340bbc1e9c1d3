// A topic of a benchmark's own on three replicas, and the proof that every line is in it.
import { randomBytes } from 'node:crypto'
import {
  type Administration,
  createAdministration,
  kafkaSettings,
  type KafkaSettings,
  readTopicRanges,
} from '@millrace/kafka'

const partitions = 6
const marker = Buffer.from('"number":')

export class BenchTopic {
  readonly name: string
  readonly #settings: KafkaSettings
  readonly #administration: Administration

  /** Two of three replicas must have a batch before it counts as written. */
  static async create(brokers: string[]): Promise<BenchTopic> {
    const settings = kafkaSettings.parse({ brokers })
    const topic = new BenchTopic(settings, createAdministration(settings))
    await topic.#administration.createTopic({
      topic: topic.name,
      partitions,
      replicationFactor: 3,
      configuration: { 'min.insync.replicas': '2' },
    })
    return topic
  }

  private constructor(settings: KafkaSettings, administration: Administration) {
    this.name = `bench-${randomBytes(4).toString('hex')}`
    this.#settings = settings
    this.#administration = administration
  }

  /** How many of the numbers from 0 are in the topic; a line that is there twice counts once. */
  async countNumbers(expected: number): Promise<number> {
    const seen = new NumbersSeen(expected)
    const offsets = await this.#administration.topicOffsets(this.name)
    await readTopicRanges(
      this.#settings,
      {
        topic: this.name,
        ranges: offsets.map(({ partition, low, high }) => ({ partition, from: low, to: high })),
      },
      {
        onRecords: (records) => {
          for (const { value } of records)
            if (value !== null) seen.look(Buffer.from(value.buffer, value.byteOffset, value.length))
        },
      },
    )
    return seen.count
  }

  async close(): Promise<void> {
    await this.#administration.deleteTopics([this.name])
    await this.#administration.close()
  }
}

/** Which of the numbers from 0 have been seen. */
export class NumbersSeen {
  readonly #seen: Uint8Array
  count = 0

  constructor(expected: number) {
    this.#seen = new Uint8Array(expected)
  }

  /** All `"number":…` of these bytes. */
  look(bytes: Buffer): void {
    for (let at = bytes.indexOf(marker); at !== -1; at = bytes.indexOf(marker, at)) {
      at += marker.length
      let number = 0
      for (; bytes[at]! >= 0x30 && bytes[at]! <= 0x39; at++)
        number = number * 10 + bytes[at]! - 0x30
      if (this.#seen[number] !== 0) continue
      this.#seen[number] = 1
      this.count++
    }
  }
}
