// Records, on their way in: record batches (magic 2) into records, checked, unpacked and in order.
import { crc32c } from '@millrace/foundation'
import { codecByName, compressionByBits } from '../codecs/registry.ts'
import type { Compression, KafkaRecord, RecordFields } from '../port.ts'
import { ByteReader } from './byte-reader.ts'
import type { AbortedTransaction } from './decode-fetch.ts'
import type { FetchMemory } from './fetch-memory.ts'
import { FetchedBatch } from './fetched-record.ts'

/** Base offset and length: what stands before the bytes that the length counts. */
const lengthEnd = 12
const headerBytes = 61
const crcStart = 21
const compressionMask = 0x07
const appendTimeFlag = 0x08
const transactionFlag = 0x10
const controlFlag = 0x20
/** The kind of a control record that ends an aborted transaction (KIP-98). */
const abortMarker = 0

export interface RecordSet {
  topic: string
  partition: number
  /** Records before this offset are left out: a batch is delivered whole, from its first record. */
  fromOffset: number
  bytes: Buffer
  aborted: readonly AbortedTransaction[]
  /** Where the bytes lie, if it is used again: each record that is not unpacked elsewhere holds it until it is released. */
  memory?: FetchMemory | undefined
}

/** Reads a fetched record set piece by piece, so that little of it lies in memory unpacked. */
export class RecordSetReader {
  readonly #set: RecordSet
  readonly #transactions: AbortedTransactions
  #position = 0
  #fromOffset: number

  constructor(set: RecordSet) {
    this.#set = set
    this.#transactions = new AbortedTransactions(set.aborted)
    this.#fromOffset = set.fromOffset
  }

  /**
   * The next whole batches, until they have `unpackedBytesMax` bytes or more; `isLast` when no whole batch is
   * left. Never throws: what cannot be read is told as `damage`, and reading stops before it, so that no record
   * is passed over in silence. Keys and values are views into the fetched or unpacked bytes.
   */
  async next(unpackedBytesMax: number): Promise<DecodedRecords> {
    const { bytes } = this.#set
    const decoded: DecodedRecords = { records: [], nextOffset: this.#fromOffset, isLast: false }
    let unpacked = 0
    while (unpacked < unpackedBytesMax) {
      const position = this.#position
      const left = bytes.length - position
      const end =
        left < lengthEnd ? Infinity : position + lengthEnd + bytes.readInt32BE(position + 8)
      // The last batch may be cut off by the fetch's size limit; the next fetch brings it whole.
      if (end > bytes.length) {
        decoded.isLast = true
        break
      }
      const header = readHeader(bytes, position)
      try {
        if (end < position + headerBytes) throw new Error('its length is smaller than its header')
        const batch = bytes.subarray(position, end)
        // Before its offsets are believed: a damaged last offset would make it look like an old batch.
        const compression = checkBatch(header, batch)
        if (header.lastOffset >= this.#fromOffset) {
          unpacked += await this.#read(header, { batch, compression }, decoded.records)
          this.#fromOffset = header.lastOffset + 1
        }
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause)
        const offset = Math.max(header.baseOffset, this.#fromOffset)
        decoded.damage = { offset, reason, cause }
        decoded.isLast = true
        break
      }
      this.#position = end
    }
    decoded.nextOffset = this.#fromOffset
    return decoded
  }

  /** @returns how many bytes the batch has, unpacked. */
  async #read(
    header: BatchHeader,
    { batch, compression }: { batch: Buffer; compression: Compression },
    target: KafkaRecord[],
  ): Promise<number> {
    const isControl = (header.attributes & controlFlag) !== 0
    const isTransaction = (header.attributes & transactionFlag) !== 0
    if (isTransaction && !isControl && this.#transactions.isAborted(header)) return 0
    const packed = batch.subarray(headerBytes)
    const codec = codecByName(compression)
    const body = codec === undefined ? packed : asBuffer(await codec.decompress(packed))
    // What is unpacked lies elsewhere.
    const memory = codec === undefined ? this.#set.memory : undefined
    if (!isControl)
      readRecords({ ...this.#set, fromOffset: this.#fromOffset, memory }, header, body, target)
    else if (isAbort(body)) this.#transactions.end(header.producerId)
    return body.length
  }
}

function checkBatch(header: BatchHeader, batch: Buffer): Compression {
  if (header.magic !== 2) {
    throw new Error(
      `it has message format ${header.magic}, which Kafka wrote before 0.11; only format 2 is read`,
    )
  }
  if (crc32c(batch.subarray(crcStart)) !== header.checksum) {
    throw new Error('its checksum does not match its bytes')
  }
  const compression = compressionByBits(header.attributes & compressionMask)
  if (compression === undefined) {
    throw new Error(`its compression ${header.attributes & compressionMask} is not known`)
  }
  return compression
}

export interface DecodedRecords {
  records: KafkaRecord[]
  /** Where to read on; behind records that nobody is shown (transaction marks, aborted transactions). */
  nextOffset: number
  /** Whether nothing more can be read from these bytes. */
  isLast: boolean
  /** Why reading stopped at `nextOffset` before the end of the bytes. The records before it are good. */
  damage?: { offset: number; reason: string; cause?: unknown }
}

interface BatchHeader {
  baseOffset: number
  magic: number
  checksum: number
  attributes: number
  lastOffset: number
  firstTimestamp: number
  maxTimestamp: number
  producerId: number
  count: number
}

function readHeader(bytes: Buffer, position: number): BatchHeader {
  const reader = new ByteReader(bytes, position)
  const isWhole = bytes.length - position >= headerBytes
  const baseOffset = reader.int64()
  if (!isWhole) return { ...emptyHeader, baseOffset, lastOffset: Number.MAX_SAFE_INTEGER }
  reader.position += 8
  const magic = reader.int8()
  const checksum = reader.int32() >>> 0
  const attributes = reader.int16()
  const lastOffset = baseOffset + reader.int32()
  const firstTimestamp = reader.int64()
  const maxTimestamp = reader.int64()
  const producerId = reader.int64()
  reader.position += 6
  const count = reader.int32()
  const place = { baseOffset, lastOffset, magic, checksum, attributes }
  return { ...place, firstTimestamp, maxTimestamp, producerId, count }
}

const emptyHeader: BatchHeader = {
  baseOffset: 0,
  lastOffset: 0,
  magic: 2,
  checksum: 0,
  attributes: 0,
  firstTimestamp: 0,
  maxTimestamp: 0,
  producerId: -1,
  count: 0,
}

/** Appends all of a batch's records or, when one of them is damaged, none. */
function readRecords(
  set: RecordSet,
  header: BatchHeader,
  body: Buffer,
  target: KafkaRecord[],
): void {
  const reader = new ByteReader(body)
  const { topic, partition, fromOffset, memory } = set
  const isAppendTime = (header.attributes & appendTimeFlag) !== 0
  const baseTimestampMs = isAppendTime ? header.maxTimestamp : header.firstTimestamp
  const batch = new FetchedBatch({ topic, partition, bytes: body, baseTimestampMs, memory })
  const before = target.length
  // Records of one writer carry one set of headers: its object is built once and shared.
  let headers: KafkaRecord['headers'] = noHeaders
  // One for all of them: a record copies what it keeps.
  const fields = { ...noFields }
  let seenStart = 0
  let seenEnd = 0
  try {
    for (let index = 0; index < header.count; index++) {
      const end = reader.varint() + reader.position
      reader.position++
      const timeDelta = reader.varlong()
      const offset = header.baseOffset + reader.varint()
      const keyLength = reader.varint()
      fields.keyStart = keyLength < 0 ? -1 : reader.position
      fields.keyEnd = reader.skip(keyLength)
      const valueLength = reader.varint()
      fields.valueStart = valueLength < 0 ? -1 : reader.position
      const valueEnd = reader.skip(valueLength)
      fields.valueEnd = valueEnd
      if (end > body.length || end < valueEnd) throw new Error('a record is cut off')
      const isSeen =
        end - valueEnd === seenEnd - seenStart &&
        body.compare(body, seenStart, seenEnd, valueEnd, end) === 0
      if (!isSeen) {
        headers = readHeaders(reader)
        seenStart = valueEnd
        seenEnd = end
      }
      reader.position = end
      if (offset < fromOffset) continue
      fields.offset = offset
      fields.headers = headers
      fields.timestampDeltaMs = isAppendTime ? 0 : timeDelta
      target.push(batch.record(fields))
    }
  } catch (thrown) {
    target.length = before
    throw thrown
  }
  batch.hold(target.length - before)
}

const noHeaders: KafkaRecord['headers'] = Object.freeze({})
const noFields: RecordFields = {
  offset: 0,
  headers: noHeaders,
  timestampDeltaMs: 0,
  keyStart: -1,
  keyEnd: 0,
  valueStart: -1,
  valueEnd: 0,
}

/** Copies: whoever keeps headers must not keep the whole fetch. */
function readHeaders(reader: ByteReader): KafkaRecord['headers'] {
  const count = reader.varint()
  if (count === 0) return noHeaders
  const headers: Record<string, Uint8Array | undefined> = Object.create(null)
  for (let index = 0; index < count; index++) {
    const name = reader.varintBytes()
    const value = reader.varintBytes()
    headers[name === null ? '' : name.toString('utf8')] =
      value === null ? undefined : Buffer.from(value)
  }
  return headers
}

/** A control record's key is version (int16) and kind (int16). */
function isAbort(body: Buffer): boolean {
  const reader = new ByteReader(body)
  reader.varint()
  reader.position++
  reader.varlong()
  reader.varint()
  const key = reader.varintBytes()
  return key !== null && key.length >= 4 && key.readInt16BE(2) === abortMarker
}

/** Which producers' transactions are aborted at the place that is being read (KIP-98). */
class AbortedTransactions {
  readonly #upcoming: AbortedTransaction[]
  readonly #open = new Set<number>()

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#upcoming = aborted.toSorted((left, right) => left.firstOffset - right.firstOffset)
  }

  isAborted(header: BatchHeader): boolean {
    while (this.#upcoming[0] !== undefined && this.#upcoming[0].firstOffset <= header.lastOffset) {
      this.#open.add(this.#upcoming.shift()!.producerId)
    }
    return this.#open.has(header.producerId)
  }

  end(producerId: number): void {
    this.#open.delete(producerId)
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
