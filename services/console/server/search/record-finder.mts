// Where in Kafka an event came from: its document names the partition and the record's time, and there it is looked for.
import { hashSource, recordIdOf } from '@millrace/envelope'
import type { Clock, Random } from '@millrace/foundation'
import {
  type Administration,
  copiedRecord,
  type KafkaRecord,
  type KafkaSettings,
  readTopicRanges,
} from '@millrace/kafka'

export interface FinderOptions {
  connection: KafkaSettings
  administration: Pick<Administration, 'offsetsAt' | 'topicOffsets'>
  topic: string
  clusterId: () => Promise<string>
  clock: Clock
  random: Random
}

type Place = Pick<KafkaRecord, 'partition' | 'offset'>

export interface Wanted {
  /** `event.id`. */
  id: string
  partition?: number | undefined
  /** The record's own time, epoch ms. */
  recordAt?: number | undefined
  place?: Place | undefined
}

export type Found = { record: KafkaRecord; missing?: never } | { record?: never; missing: string }

/** Records of one time may lie behind so many that came later with an older one. */
const lookedAtMax = 20_000
const timeoutMs = 5_000
/** Places that were looked up a moment ago: the panel asks for the path, then for the explanation. */
const keptMax = 500

export class RecordFinder {
  readonly #options: FinderOptions
  readonly #places = new Map<string, Place>()

  constructor(options: FinderOptions) {
    this.#options = options
  }

  /** Reads the record itself. @throws SourceError when Kafka does not answer. */
  async find(wanted: Wanted): Promise<Found> {
    const place = wanted.place ?? this.#places.get(wanted.id)
    if (place !== undefined) return await this.#readAt(place)
    const named = placeInId(wanted.id)
    if (named !== undefined) return await this.#readNamed(named)
    const { partition, recordAt } = wanted
    if (partition === undefined || recordAt === undefined) {
      return { missing: 'The document does not say which partition it came from' }
    }
    const from = await this.#offsetAt(partition, recordAt)
    if (from === undefined) return { missing: retained }
    const found = await this.#lookThrough(recordIdOf(wanted.id), partition, from)
    if (found === undefined) {
      const many = lookedAtMax.toLocaleString('en')
      return {
        missing: `The record is not among the ${many} of partition ${partition} from its time on; it was sent again later, or is deleted`,
      }
    }
    this.#keep(wanted.id, found)
    return { record: found }
  }

  async #readNamed({ source, ...place }: NamedPlace): Promise<Found> {
    const { topic, clusterId } = this.#options
    if (source === hashSource(await clusterId(), topic)) return await this.#readAt(place)
    return { missing: `The record came through another topic than ${topic}` }
  }

  async #readAt({ partition, offset }: Place): Promise<Found> {
    const offsets = await this.#options.administration.topicOffsets(this.#options.topic)
    const range = offsets.find((each) => each.partition === partition)
    if (range === undefined || offset >= range.high) {
      return { missing: `There is no record at partition ${partition}, offset ${offset}` }
    }
    if (offset < range.low) return { missing: retained }
    const [record] = await this.#read({ partition, from: offset, to: offset + 1 }, () => true)
    return record === undefined ? { missing: retained } : { record }
  }

  async #offsetAt(partition: number, recordAt: number): Promise<number | undefined> {
    const { administration, topic } = this.#options
    const offsets = await administration.offsetsAt(topic, recordAt)
    const offset = offsets.find((each) => each.partition === partition)?.offset
    return offset === undefined || offset < 0 ? undefined : offset
  }

  async #lookThrough(
    recordId: string,
    partition: number,
    from: number,
  ): Promise<KafkaRecord | undefined> {
    const { administration, topic } = this.#options
    const offsets = await administration.topicOffsets(topic)
    const high = offsets.find((each) => each.partition === partition)?.high ?? from
    const key = Buffer.from(recordId)
    const range = { partition, from, to: Math.min(high, from + lookedAtMax) }
    const found = await this.#read(range, (record) => record.key !== null && key.equals(record.key))
    return found[0]
  }

  /** The first record that is wanted. */
  async #read(
    range: { partition: number; from: number; to: number },
    isWanted: (record: KafkaRecord) => boolean,
  ): Promise<KafkaRecord[]> {
    const { connection, topic, clock, random } = this.#options
    const done = new AbortController()
    const found: KafkaRecord[] = []
    await readTopicRanges(
      connection,
      { topic, ranges: [range] },
      {
        clock,
        random,
        signal: done.signal,
        idleTimeoutMs: timeoutMs,
        maxBytes: 2 * 1024 * 1024,
        onRecords: (records) => {
          const record = found.length > 0 ? undefined : records.find(isWanted)
          if (record === undefined) return
          found.push(copiedRecord(record))
          done.abort()
        },
      },
    )
    return found
  }

  #keep(id: string, { partition, offset }: KafkaRecord): void {
    if (this.#places.size >= keptMax) {
      for (const oldest of this.#places.keys()) {
        this.#places.delete(oldest)
        break
      }
    }
    this.#places.set(id, { partition, offset })
  }
}

const retained = 'The record is not in Kafka any more: retention deleted it'

interface NamedPlace extends Place {
  /** Of cluster and topic. */
  source: string
}

/** An id that was made of the record's place names it. */
function placeInId(id: string): NamedPlace | undefined {
  const parts = /^k([0-9a-f]{12})-(\d{1,10})-(\d{16})(?:\.\d+)?$/.exec(id)
  if (parts === null) return undefined
  return { source: parts[1]!, partition: Number(parts[2]), offset: Number(parts[3]) }
}
