// What the benchmark and its sink, a process of its own, say to each other.
import type { DigestSummary } from '../lines/documents-digest.ts'

/** Forget what was counted, and watch these processes from now on. */
export interface SinkOrder {
  /** Whose processor time is read at the first and at the last document. */
  pids: number[]
  /** Documents after which the run is over. */
  documents: number
  /** How long each bulk takes before it is answered. Unit: ms. */
  delayMs: number
  /** Reads the documents, which costs more than the programs do: never in a timed run. */
  digests: boolean
  /**
   * Reads the ids: a document that comes a second time is not counted as another one. Costs the sink about a
   * microsecond a document and the memory of all ids. Default: false.
   */
  tracksIds?: boolean
}

export type SinkWord =
  | ({ kind: 'begin' } & SinkOrder)
  /** How many documents end the run that is under way: known only now. */
  | { kind: 'expect'; documents: number }

/** A moment of a run. */
export interface SinkMark {
  /** Epoch ms with fractions. */
  atMs: number
  /** Of each process, in the order of `pids`. */
  cpuSeconds: number[]
  /** Documents so far, this request's included. */
  documents: number
}

/** From the sink. */
export type SinkNews =
  | { kind: 'listening'; port: number }
  /** The order is in force. */
  | { kind: 'ready' }
  /** Once a second while documents come. */
  | { kind: 'progress'; documents: number }
  /** As many documents as were ordered have come. */
  | {
      kind: 'done'
      first: SinkMark
      last: SinkMark
      /** Documents, with those that came again. */
      sent: number
      /** Longest time between two bulks. */
      longestGapMs: number
      /** Times of more than half a second between two bulks, together. */
      gapsMs: number
      requests: number
      bodyBytes: number
      digest?: DigestSummary
      /** The sink's own. */
      sinkCpuSeconds: number
    }
