// A batch, on its way to one partition: the sticky partitioner (KIP-480).
import type { Random } from '@millrace/foundation'

interface PartitionLeader {
  partitionId: number
  leader: number
}

/**
 * Gives each batch of a topic one partition, another one for each batch, in turn from a random start. So
 * batches stay whole, and load spreads. A partition without a leader (-1) is passed over.
 */
export class StickyPartitioner {
  readonly #random: Random
  readonly #turns = new Map<string, number>()

  constructor(random: Random) {
    this.#random = random
  }

  /** The partition for the topic's next batch; undefined when no partition has a leader. */
  next(topic: string, partitions: readonly PartitionLeader[]): number | undefined {
    const led = partitions.filter((partition) => partition.leader >= 0)
    if (led.length === 0) return undefined
    const turn = this.#turns.get(topic) ?? Math.floor(this.#random.next() * led.length)
    this.#turns.set(topic, (turn + 1) % Number.MAX_SAFE_INTEGER)
    return led[turn % led.length]!.partitionId
  }
}
