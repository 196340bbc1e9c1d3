// What the benchmark and its sink, a process of its own, say to each other.
import type { DigestSummary } from '../lines/documents-digest.ts'

/** To the sink: forget what was counted, and watch these processes from now on. */
export interface SinkOrder {
  /** Whose processor time is read at the first and at the last document. */
  pids: number[]
  /** Documents after which the run is over. */
  documents: number
  /** How long each bulk takes before it is answered. Unit: ms. */
  delayMs: number
  /** Reads the documents, which costs more than the programs do: never in a timed run. */
  digests: boolean
}

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
      requests: number
      bodyBytes: number
      digest?: DigestSummary
      /** The sink's own. */
      sinkCpuSeconds: number
      /** Requests that were answered while the longest one waited. */
      inFlightMax: number
    }
