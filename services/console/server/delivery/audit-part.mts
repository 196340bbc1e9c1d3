// The audit, for the page: what became of every line, per service and instance.
import {
  type AuditCounts,
  type AuditReport,
  createAuditSources,
  type InstanceFindings,
  runAudit,
  type SourceOptions,
} from '@millrace/audit'
import type { AuditFigures, AuditPart, InstanceFigures } from '../api.mts'

export interface AuditPartOptions extends Omit<SourceOptions, 'onProgress' | 'signal'> {
  /** Instances that were heard of in this time. Unit: ms. */
  sinceMs: number
}

const instancesMax = 500
const lostRunsMax = 100
const notesMax = 20

export async function computeAudit(
  options: AuditPartOptions,
  { signal, step }: { signal: AbortSignal; step: (text: string) => void },
): Promise<AuditPart> {
  const { topic, group, clock, sinceMs } = options
  const report = await runAudit(createAuditSources({ ...options, signal }), {
    topic,
    group,
    sinceMs: clock.now() - sinceMs,
    onStep: step,
  })
  signal.throwIfAborted()
  return auditPart(report)
}

export function auditPart(report: AuditReport): AuditPart {
  const newestFirst = report.perInstance.toSorted(
    (one, other) => other.lostCount - one.lostCount || other.heardAt - one.heardAt,
  )
  return {
    ...figures(report),
    isWell: report.ok,
    services: report.perService.map((each) => ({
      ...figures(each),
      service: each.service,
      instances: each.instances,
    })),
    instances: newestFirst.slice(0, instancesMax).map(instanceFigures),
    instancesLeftOut: Math.max(0, newestFirst.length - instancesMax),
    lostRuns: report.lostRuns.slice(0, lostRunsMax),
    notes: report.notes.slice(0, notesMax),
  }
}

function instanceFigures(findings: InstanceFindings): InstanceFigures {
  const { instance, service, host, startedAt, heardAt, state, durability } = findings
  return {
    ...figures(findings),
    instance,
    startedAt,
    heardAt,
    state,
    ...(service !== undefined && { service }),
    ...(host !== undefined && { host }),
    ...(durability !== undefined && { durability }),
  }
}

function figures(counts: AuditCounts): AuditFigures {
  const { issued, indexed, deadLettered, dropped, pending, pendingIn, expired } = counts
  return {
    issued,
    indexed,
    deadLettered,
    dropped: { ...dropped },
    pending,
    pendingIn: { ...pendingIn },
    expired,
    lost: counts.lostCount,
    duplicates: counts.duplicates,
  }
}
