// The audit's result: what a person and a program are told.
import type { SequenceRange } from '@millrace/envelope'

/** Where lines are that are neither indexed nor given up. */
export interface PendingPlaces {
  /** In the topic, before the indexers. */
  topic: number
  /** In a spool directory. */
  spool: number
  /** Said to be under way by an instance that was heard of a moment ago. */
  memory: number
}

export interface AuditCounts {
  /** Lines that got a sequence number. The sum of all others but `duplicates`. */
  issued: number
  indexed: number
  deadLettered: number
  /** By reason. */
  dropped: Record<string, number>
  pending: number
  pendingIn: PendingPlaces
  /** Issued before the oldest backing index that retention has left: nobody can tell any more. */
  expired: number
  lostCount: number
  /** Documents too many. */
  duplicates: number
}

/**
 * `open`: lives. `closed`: ended in order. `recovered`: died, and another instance has sent what it left on
 * disk. `silent`: not closed, and nothing was heard of it for a while. `unknown`: wrote no ledger.
 */
export type InstanceState = 'open' | 'closed' | 'recovered' | 'silent' | 'unknown'

export interface InstanceFindings extends AuditCounts {
  instance: string
  service?: string
  host?: string
  /** Epoch ms, by its own clock. */
  startedAt: number
  /** Epoch ms; the start where nothing newer is known. */
  heardAt: number
  state: InstanceState
  durability?: string
  lostRanges: SequenceRange[]
  /** Which lines were dropped, by reason; those that were only counted are in `dropped` alone. */
  droppedRanges: Record<string, SequenceRange[]>
  /** Single events of lines that hold several and of which others are there, as event ids. */
  lostEvents: string[]
  /** Some dropped lines were only counted: which of the missing ones they were was chosen, the lowest first. */
  hasUnidentified: boolean
  duplicateIds: string[]
}

export interface LostRun {
  instance: string
  service?: string
  firstId: string
  lastId: string
  count: number
}

export interface ServiceFindings extends AuditCounts {
  /** Empty where no instance names it. */
  service: string
  instances: number
}

export interface AuditReport extends AuditCounts {
  /** Nothing is lost and nothing is double. */
  ok: boolean
  /** Epoch ms. */
  auditedAt: number
  topic: string
  group: string
  instances: number
  /** Records between the committed offsets and the end of the topic. */
  lag: number
  lostRuns: LostRun[]
  /** Events of lines that are there in part. */
  lostEvents: string[]
  duplicateIds: string[]
  /** What a person should know beside the figures. */
  notes: string[]
  perService: ServiceFindings[]
  perInstance: InstanceFindings[]
}
