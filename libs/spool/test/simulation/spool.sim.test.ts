import { SequenceRanges } from '@millrace/envelope'
import type { Clock, Random } from '@millrace/foundation'
import { expect, test } from 'vitest'
import { type SpoolLoss, SpoolWriter, type StoredRecord } from '../../src/index.ts'
import { line, lines, processTable, seededRandom, drainAll } from '../support/spool.ts'
import { FakeDisk, type Faults, noFaults } from './fake-disk.ts'

const directory = '/spool'
const instance = '06h09amfz8ty4w2k'
const maxBytes = 65_536
const segmentBytes = 4096
/** A hundred take about a second on a busy machine; 1500 of each kind were run once. */
const schedules = 120

/** Time that moves when the schedule says so. */
class FakeClock implements Clock {
  #now = 1_700_000_000_000
  readonly #timers = new Set<{ at: number; callback: () => void }>()
  now = (): number => this.#now
  monotonicMs = (): number => this.#now
  setTimer(delayMs: number, callback: () => void): { cancel(): void } {
    const timer = { at: this.#now + delayMs, callback }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer) }
  }
  sleep = (): Promise<void> => Promise.resolve()
  advance(ms: number): void {
    this.#now += ms
    for (const timer of this.#timers) {
      if (timer.at > this.#now) continue
      this.#timers.delete(timer)
      timer.callback()
    }
  }
}

/** Lets everything that can go on go on. */
const settleDown = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** One life of a writer, what its caller was promised, and what came of it. */
class Life {
  readonly acknowledged = new SequenceRanges()
  readonly accounted = new SequenceRanges()
  /** Lines that came back as others. */
  readonly distorted: number[] = []
  highestBytes = 0
  readonly #random: Random
  readonly #clock = new FakeClock()
  readonly #disk: FakeDisk
  readonly #writer: SpoolWriter
  #sequence = 0

  constructor(random: Random, faults: Faults) {
    this.#random = random
    this.#disk = new FakeDisk(random)
    this.#disk.now = this.#clock.now
    this.#writer = new SpoolWriter({
      directory,
      head: { instance, topic: 'logs', brokers: ['b:1'], header: Buffer.from('{"v":1}') },
      clock: this.#clock,
      note: () => {},
      onLoss: (loss) => this.#lost(loss),
      maxBytes,
      segmentBytes,
      files: this.#disk.forProcess(faults),
      processes: processTable(),
    })
  }

  async live(steps: number): Promise<void> {
    for (let step = 0; step < steps && !this.#disk.isCrashed; step++) {
      this.#step()
      if (this.#random.next() < 0.5) await settleDown()
      this.highestBytes = Math.max(this.highestBytes, this.#disk.usedBytes)
    }
    await settleDown()
  }

  /** The next processes find what is there; some of them are killed as well, the last is not. */
  async after(): Promise<SequenceRanges> {
    const missing = new SequenceRanges()
    for (let pid = 51; pid <= 53; pid++) {
      const crashAfter = pid === 53 ? Number.POSITIVE_INFINITY : 1 + this.#random.next() * 40
      const files = this.#disk.forProcess({ ...noFaults, crashAfter })
      const startOf = (other: number): 1 | 'gone' => (other === pid ? 1 : 'gone')
      const processes = processTable({ pid, startOf })
      const publish = (_head: unknown, records: readonly StoredRecord[]): Promise<boolean> => {
        this.#publish(records)
        return Promise.resolve(true)
      }
      const options = { clock: this.#clock, publish, batchRecords: 3 }
      const drained = await this.#orCrash(drainAll(directory, options, { files, processes }))
      for (const recovery of drained?.outcome.recovered ?? []) missing.addAll(recovery.missing)
    }
    return missing
  }

  get leftOver(): number {
    return this.#disk.nodes.size
  }

  async close(): Promise<void> {
    await this.#orCrash(this.#writer.close())
  }

  /** What a process does, or undefined when it was killed meanwhile. */
  async #orCrash<Value>(work: Promise<Value>): Promise<Value | undefined> {
    const life: { value?: Value; isOver: boolean } = { isOver: false }
    const note = async (): Promise<void> => {
      life.value = await work
      life.isOver = true
    }
    void note()
    while (!life.isOver && !this.#disk.isCrashed) await settleDown()
    return life.value
  }

  #step(): void {
    const dice = this.#random.next()
    if (dice < 0.45) return void this.#append()
    if (dice < 0.5) return this.#appendSync()
    if (dice < 0.7) return this.#settle()
    if (dice < 0.8) return void this.#drain()
    if (dice < 0.85) return this.#writer.markIssued(this.#sequence)
    if (dice < 0.86) return this.#removeDirectory()
    this.#clock.advance(this.#random.next() * 20_000)
  }

  /** What somebody else deletes is gone; it is told as soon as it is noticed, which may be too late for a process that is killed. */
  #removeDirectory(): void {
    this.#disk.removeDirectory()
    if (this.#sequence > 0) this.accounted.addRange(1, this.#sequence)
  }

  async #append(): Promise<void> {
    const batch = this.#batch()
    const first = batch[0]!.sequence
    const { ok } = await this.#writer.append(batch)
    if (ok) this.acknowledged.addRange(first, first + batch.length - 1)
  }

  #appendSync(): void {
    const batch = this.#batch()
    const first = batch[0]!.sequence
    const { ok } = this.#writer.appendSync(batch)
    if (ok) this.acknowledged.addRange(first, first + batch.length - 1)
  }

  #batch(): ReturnType<typeof lines> {
    const first = this.#sequence + 1
    this.#sequence += 1 + Math.floor(this.#random.next() * 12)
    return lines(first, this.#sequence).map((each) => line(each.sequence, textOf(each.sequence)))
  }

  /** Kafka has some of the lines. */
  #settle(): void {
    const first = 1 + Math.floor(this.#random.next() * this.#sequence)
    const last = Math.min(this.#sequence, first + Math.floor(this.#random.next() * 20))
    if (last < first) return
    this.accounted.addRange(first, last)
    this.#writer.settled([[first, last]])
  }

  async #drain(): Promise<void> {
    await this.#writer.drain({
      batchRecords: 4,
      publish: (_head, records) => {
        if (this.#random.next() < 0.2) return Promise.resolve(false)
        this.#publish(records)
        return Promise.resolve(true)
      },
    })
  }

  #publish(records: readonly StoredRecord[]): void {
    for (const { sequence, value } of records) {
      if (Buffer.from(value).toString() !== textOf(sequence)) this.distorted.push(sequence)
      this.accounted.add(sequence)
    }
  }

  #lost({ sequences }: SpoolLoss): void {
    this.accounted.addAll(sequences)
  }
}

function textOf(sequence: number): string {
  return `${sequence}:${'x'.repeat((sequence * 37) % 180)}`
}

/** Acknowledged lines of which nobody knows what became. */
function unaccounted(life: Life, missing: SequenceRanges): string {
  const rest = SequenceRanges.of(life.acknowledged)
  for (const [first, last] of [...life.accounted, ...missing]) rest.removeRange(first, last)
  return rest.toString()
}

async function run(seed: number, faults: Faults): Promise<Life> {
  const life = new Life(seededRandom(seed), faults)
  await life.live(60)
  if (seed % 2 === 0) await life.close()
  const missing = await life.after()
  expect(unaccounted(life, missing), `SEED=${seed}`).toBe('')
  expect(life.distorted, `SEED=${seed}`).toEqual([])
  expect(life.highestBytes, `SEED=${seed}`).toBeLessThanOrEqual(maxBytes)
  expect(life.leftOver, `SEED=${seed}`).toBe(0)
  return life
}

test('killed at any operation of the disk, no acknowledged line is lost without having been told', async () => {
  let acknowledged = 0
  for (let seed = 1; seed <= schedules; seed++) {
    const crashAfter = 1 + Math.floor(seededRandom(seed * 7919).next() * 300)
    const life = await run(seed, { ...noFaults, crashAfter })
    acknowledged += life.acknowledged.count
  }
  expect(acknowledged).toBeGreaterThan(schedules * 20)
})

test('on a disk that is full or fails now and then, no acknowledged line is lost without having been told', async () => {
  let acknowledged = 0
  for (let seed = 1; seed <= schedules; seed++) {
    const { failing, full } = { failing: (seed % 4) * 0.02, full: (seed % 5) * 0.05 }
    const life = await run(100_000 + seed, { ...noFaults, failing, full })
    acknowledged += life.acknowledged.count
  }
  expect(acknowledged).toBeGreaterThan(schedules * 20)
})

test('both at once', async () => {
  let acknowledged = 0
  for (let seed = 1; seed <= schedules; seed++) {
    const crashAfter = 20 + Math.floor(seededRandom(seed * 104_729).next() * 400)
    const life = await run(200_000 + seed, { failing: 0.02, full: 0.05, crashAfter })
    acknowledged += life.acknowledged.count
  }
  expect(acknowledged).toBeGreaterThan(schedules * 20)
})
