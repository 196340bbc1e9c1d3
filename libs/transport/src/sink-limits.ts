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
  /** Kafka stands still when it has taken nothing for so long while lines wait: they go to disk. */
  awayAfterMs: 5_000,
  /** The spool takes over when lines take this part of the memory bound. */
  spoolMemoryPart: 0.5,
  /** Batches that are written to the spool at the same time. */
  appendsMax: 4,
  /** How often lines that wait look whether Kafka stands still. */
  watchIntervalMs: 1_000,
  /** What Kafka gets at a flush before lines go to disk: after a failed try, without any answer, and when it stood still before. */
  flushFailingMs: 1_000,
  flushSilentMs: 3_000,
  flushAwayMs: 250,
  /** Part of the time for a flush that is kept for the disk. */
  flushSpoolPart: 0.25,
  flushSpoolMinMs: 500,
  /** Longest that one write to the spool may take. */
  appendTimeoutMs: 5_000,
  /** How long the spool is left alone after it has refused lines. */
  spoolRestMs: 1_000,
  /** When the spools of dead instances are looked for first, and how often after that. */
  recoverDelayMs: 500,
  recoverIntervalMs: 30_000,
  /** Shortest time between two looks at what this instance itself has on disk. */
  drainPauseMs: 1_000,
  /** Time between ledgers while something changes. */
  ledgerIntervalMs: 10_000,
  /** A ledger says that the instance lives after so many intervals without news. */
  ledgerQuietIntervalsMax: 3,
  /** Most ranges of dropped lines that a ledger names. */
  ledgerRangesMax: 10_000,
  /** Longest that the last ledger waits for Kafka where the disk can keep it. */
  lastLedgerTimeoutMs: 1_000,
  /** What the last ledger gets when the flush has used up the time for the end. */
  lastLedgerTimeoutMinMs: 250,
}
export type SinkLimits = typeof sinkLimits
