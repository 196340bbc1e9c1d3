// What every step of the transport is bounded by, beside the options.

/** Bounds that nobody has to tune; tests do. */
export const sinkLimits = {
  /** Batches that are published at the same time. */
  inFlightMax: 4,
  /** Lines in one batch. */
  batchLinesMax: 10_000,
  /** Longest line that is not cut: the topic's default `max.message.bytes`, 1048588, less room for key, header and frame. */
  lineMaxBytes: 1_048_588 - 4_096,
  /** Shortest cut of a line that a broker calls too large; after that the line is given up. */
  lineCutMinBytes: 512,
  /** Most bytes of one line without an end that are held. */
  lineHeldMaxBytes: 16_777_216,
  /** Longest that one try of a batch may take. */
  publishTimeoutMs: 120_000,
  /** First and longest wait between tries of a batch. */
  retryInitialMs: 100,
  retryMaxMs: 5_000,
  /** Longest that closing the connections may take, after the flush. */
  disconnectTimeoutMs: 500,
  /** Time between ledgers while something changes. */
  ledgerIntervalMs: 10_000,
  /** A ledger says that the instance lives after so many intervals without news. */
  ledgerQuietIntervalsMax: 3,
  /** Most ranges of dropped lines that a ledger names. */
  ledgerRangesMax: 10_000,
  /** What the last ledger gets when the flush has used up the time for the end. */
  lastLedgerTimeoutMinMs: 250,
}
export type SinkLimits = typeof sinkLimits
