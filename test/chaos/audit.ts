// `millrace audit` against the ground truth: it must name exactly the lines that are lost, and no other.
import { formatEventId, parseEventId } from '@millrace/envelope'
import type { AuditJson } from '@millrace/cli'
import { runCommand } from './command.ts'
import type { Verdict } from './oracle.ts'
import type { World } from './world.ts'

/** @throws when the command does not answer with a report. */
export async function runAudit(world: World): Promise<AuditJson> {
  // 1 is an answer too: something is lost or double.
  const { code, stdout, stderr } = await runCommand(world, ['audit', '--json'])
  if (code === 0 || code === 1) return JSON.parse(stdout) as AuditJson
  throw new Error(`millrace audit ended with ${code}: ${stderr.slice(-1_000)}`)
}

/** Where the audit and the ground truth differ, one line each. `deleted`: ids whose loss was forced. */
export function compareWithTruth(
  audit: AuditJson,
  verdict: Verdict,
  deleted: ReadonlySet<string> = new Set(),
): string[] {
  const differences: string[] = []
  const reported = new Map(audit.perInstance.map((each) => [each.instance, each]))
  const expected = new Set(deleted)
  let indexed = -deleted.size
  for (const { incarnation, instance, logged, lost, indexed: found } of verdict.truths) {
    if (instance === undefined) continue
    indexed += found
    const its = reported.get(instance)
    if (its === undefined) {
      differences.push(`${incarnation.name} (${instance}) is not in the audit`)
      continue
    }
    // After kill -9 the last lines may not have got as far as a sequence: nobody can know of them.
    const isExact = incarnation.killedAtMs === undefined
    if (isExact ? its.issued !== logged : its.issued > logged + 1) {
      differences.push(`${incarnation.name} logged ${logged} lines, the audit says ${its.issued}`)
    }
    for (const [first, last] of lost) {
      for (let n = first; n <= Math.min(last, its.issued); n++) {
        expected.add(formatEventId(instance, n))
      }
    }
  }
  const lost = new Set(audit.lost)
  const known = new Set(verdict.truths.map(({ instance }) => instance))
  for (const id of expected) {
    if (!lost.has(id)) differences.push(`${id} is lost, and the audit does not say so`)
  }
  for (const id of lost) {
    // A process of which nothing arrived is known to the audit only, by its ledger.
    if (!known.has(parseEventId(id)?.instance)) continue
    if (!expected.has(id)) differences.push(`${id} is not lost, and the audit says that it is`)
  }
  if (audit.duplicates !== 0) differences.push(`the audit sees ${audit.duplicates} duplicates`)
  if (audit.pending !== 0) differences.push(`the audit sees ${audit.pending} lines on their way`)
  if (audit.indexed !== indexed) {
    differences.push(`${indexed} lines are indexed, the audit says ${audit.indexed}`)
  }
  return differences
}
