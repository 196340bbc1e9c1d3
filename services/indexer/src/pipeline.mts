// The journey on one screen: take, decode, normalize, batch, bulk, settle, commit.
import assert from 'node:assert/strict'
import type { AssignedPartition, ConsumerGroup, KafkaRecord, TopicPartition } from '@millrace/kafka'
import { Admission } from './admission.mts'
import { Assembly, type BatchEntry, type NewEvent } from './assembly.mts'
import { OffsetCommitter } from './commit.mts'
import { AdaptiveConcurrency } from './concurrency.mts'
import { DeadLetters } from './dead-letters.mts'
import { Dispatcher } from './dispatch.mts'
import type { DispatchHandlers } from './dispatch-parts.mts'
import { DueBatches } from './due-batches.mts'
import { Notifier } from './notifier.mts'
import type { OwnedPartition, TakenRecord } from './ownership.mts'
import { Partitions } from './partitions.mts'
import type { Moment, PipelineOptions, PipelineParts, PipelineState } from './pipeline-parts.mts'
import { ProgressWatch } from './progress-watch.mts'
import { EventStretch } from './stretch.mts'
import { Taker } from './taker.mts'
import { Terminal } from './terminal.mts'

export class Pipeline {
  readonly #parts: PipelineParts
  readonly #options: PipelineOptions
  readonly #group: ConsumerGroup
  readonly #admission: Admission
  readonly #partitions: Partitions
  readonly #taker: Taker
  readonly #terminal: Terminal
  readonly #assembly: Assembly
  readonly #dueBatches: DueBatches
  readonly #concurrency: AdaptiveConcurrency
  readonly #dispatcher: Dispatcher<BatchEntry>
  readonly #deadLetters: DeadLetters
  readonly #committer: OffsetCommitter
  readonly #progressWatch: ProgressWatch
  readonly #progress = new Notifier()

  constructor(parts: PipelineParts, options: PipelineOptions) {
    this.#parts = parts
    this.#options = options
    this.#group = parts.createGroup({
      onRecords: (records) => this.#onRecords(records),
      onAssigned: (partitions) => this.#onAssigned(partitions),
      onRevoked: (partitions) => this.#onRevoked(partitions),
    })
    const group = this.#group
    this.#admission = new Admission(options)
    this.#terminal = new Terminal({ ...parts, admission: this.#admission })
    this.#partitions = new Partitions({ ...parts, group, admission: this.#admission }, options)
    this.#progressWatch = new ProgressWatch({
      clock: parts.clock,
      owned: () => this.#partitions.all(),
      progressed: (standstillMs) => parts.observer.progressed(standstillMs),
      wentOn: (told) => parts.observer.wentOn(told),
    })
    this.#assembly = new Assembly(options)
    this.#concurrency = new AdaptiveConcurrency(options)
    this.#dispatcher = new Dispatcher(
      { ...parts, concurrency: this.#concurrency, handlers: this.#bulkHandlers() },
      options,
    )
    this.#dueBatches = new DueBatches(this.#assembly, parts.clock, (batch) =>
      this.#dispatcher.submit(batch),
    )
    this.#deadLetters = new DeadLetters(
      {
        ...parts,
        ensureTopic: parts.ensureDeadLetterTopic,
        index: (origin, event) => this.#index(origin, event),
        settle: (origin, fate) => this.#terminal.settle(origin, fate),
        letGo: (origin, fate) => this.#terminal.letGo(origin, fate),
        published: () => {
          this.#dueBatches.submit()
          this.#afterProgress()
        },
      },
      options.deadLetters,
    )
    this.#taker = new Taker(
      {
        ...parts,
        group,
        admission: this.#admission,
        assembly: this.#assembly,
        deadLetters: this.#deadLetters,
        progressWatch: this.#progressWatch,
      },
      options,
    )
    this.#committer = new OffsetCommitter(
      {
        ...parts,
        group,
        owned: () => this.#partitions.all(),
      },
      options,
    )
  }

  /** Joins the group; records flow from then on. */
  async start(): Promise<void> {
    this.#committer.start()
    await this.#group.start()
  }

  /** Takes nothing more, finishes what is in flight within the drain deadline, commits, leaves the group. */
  async close(): Promise<void> {
    // Leaving begins with a revocation, which drains and commits.
    await this.#group.close()
    this.#committer.close()
    this.#dispatcher.close()
    this.#deadLetters.close()
    this.#progressWatch.close()
    this.#dueBatches.close()
  }

  /** What the metrics look at. */
  get state(): PipelineState {
    const highWatermarks = this.#group.highWatermarks()
    return {
      stalledMs: (owner) =>
        this.#progressWatch.stalledMs(owner, highWatermarks.get(owner.partition)),
      inFlightBytes: this.#admission.inFlightBytes,
      requestsInFlight: this.#dispatcher.requestsInFlight,
      concurrencyLimit: this.#concurrency.limit,
      batchesQueued: this.#dispatcher.batchesQueued,
      partitions: this.#partitions.all(),
      highWatermarks,
    }
  }

  async #onRecords(records: readonly KafkaRecord[]): Promise<void> {
    const first = records[0]
    let owner = first === undefined ? undefined : this.#partitions.find(first.partition)
    let now = this.#now()
    for (let index = 0; index < records.length; index++) {
      const record = records[index]!
      // A promise for each record would cost as much as reading it: only who has to wait gets one.
      if (owner !== undefined && !this.#mayTake(owner)) {
        await this.#room(owner)
        now = this.#now()
      }
      if (owner === undefined || owner.isClosing) {
        this.#parts.books.recordsUnowned += 1
        continue
      }
      if (!owner.settlement.continuesAt(record.offset)) owner = this.#partitions.restart(owner)
      this.#taker.take(owner, record, now)
    }
    this.#dueBatches.submit()
  }

  #mayTake(owner: OwnedPartition): boolean {
    return owner.isClosing || this.#partitions.admits(owner)
  }

  #room(owner: OwnedPartition): Promise<void> {
    this.#dueBatches.submit()
    return this.#progress.until(() => this.#mayTake(owner))
  }

  #now(): Moment {
    const { clock } = this.#parts
    return { nowMs: clock.now(), monotonicMs: clock.monotonicMs() }
  }

  /** The document of a dead letter. A partition that is being drained waits for nothing. */
  #index(origin: TakenRecord, event: NewEvent): void {
    const nowMs = this.#parts.clock.monotonicMs()
    const item = this.#assembly.addLines(origin, event, nowMs)
    item.tellsOfDeadLetter = true
    this.#taker.hold(origin, item.bytes)
    if (origin.owner.isClosing) this.#dueBatches.submitAll()
  }

  #afterProgress(): void {
    this.#progressWatch.look()
    this.#partitions.resumeWithRoom()
    this.#progress.notify()
  }

  #bulkHandlers(): DispatchHandlers<BatchEntry> {
    const { observer, books } = this.#parts
    const terminal = this.#terminal
    return {
      settled: (item, verdict, nowMs) => {
        if (item instanceof EventStretch) {
          item.eachCreatedAtMs((createdAtMs) => observer.indexed(nowMs - createdAtMs))
          this.#assembly.release(item)
          return terminal.settleStretch(item, verdict)
        }
        const { origin } = item
        this.#assembly.release(item)
        if (item.tellsOfDeadLetter) return terminal.settle(origin, 'dead_lettered')
        if (verdict === 'indexed') observer.indexed(nowMs - origin.createdAtMs)
        terminal.settle(origin, verdict)
      },
      rejected: (item, cause) => {
        assert(!(item instanceof EventStretch), 'a cause is told of one event')
        this.#assembly.release(item)
        this.#deadLetters.refused(item, cause)
      },
      isStale: (item) => ownerOf(item).isEnded,
      isMember: () => this.#group.isHeard(),
      givenUp: (item) => {
        this.#assembly.release(item)
        if (item instanceof EventStretch) terminal.letStretchGo(item, 'given_up')
        else terminal.letGo(item.origin, 'given_up')
      },
      unfold: (item) => (item instanceof EventStretch ? terminal.unfold(item) : [item]),
      requestEnded: (request) => {
        books.itemsRetried += request.retried
        observer.requestEnded(request)
        this.#afterProgress()
      },
      troubled: (failure) => observer.requestFailed(failure),
      bulkBytesLowered: (bulkBytes) => {
        this.#assembly.lowerBulkBytes(bulkBytes)
        observer.bulkBytesLowered(bulkBytes)
      },
    }
  }

  #onAssigned(partitions: readonly AssignedPartition[]): void {
    this.#parts.books.rebalances += 1
    this.#progressWatch.assigned()
    this.#partitions.assign(partitions)
    this.#dropStale()
    this.#parts.observer.assigned(partitions)
  }

  /**
   * 1. The group takes partitions away; nothing more of them is taken. 2. What is in flight is finished,
   * or the deadline passes. 3. What is settled is committed, so that the next owner starts behind it.
   * 4. The ownership ends: answers that come later settle nothing that anybody commits, and what was
   * not finished is given up, for the next owner reads it again.
   */
  async #onRevoked(partitions: readonly TopicPartition[]): Promise<void> {
    const owners = this.#partitions.close(partitions)
    this.#progress.notify()
    this.#dueBatches.submitAll()
    await this.#drain(owners)
    await this.#committer.commit(owners)
    this.#partitions.end(owners)
    this.#dropStale()
    let unsettled = 0
    for (const owner of owners) unsettled += owner.settlement.span
    this.#parts.observer.revoked(partitions, unsettled)
  }

  async #drain(owners: readonly OwnedPartition[]): Promise<void> {
    let isExpired = false
    const timer = this.#parts.clock.setTimer(this.#options.drainTimeoutMs, () => {
      isExpired = true
      this.#progress.notify()
    })
    await this.#progress.until(
      () => isExpired || owners.every((owner) => owner.isEnded || owner.isSettled),
    )
    timer.cancel()
  }

  #dropStale(): void {
    this.#dispatcher.discardStale()
    this.#deadLetters.discardStale()
    this.#afterProgress()
  }
}

function ownerOf(item: BatchEntry): OwnedPartition {
  return item instanceof EventStretch ? item.owner : item.origin.owner
}
