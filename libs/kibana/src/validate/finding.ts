// What is wrong with a saved object, and where.
import type { z } from 'zod'
import { kqlFields } from '../kql/fields.ts'
import { KqlError } from '../kql/tokens.ts'

export interface Finding {
  /** `type:id`. */
  object: string
  /** Of the rule that is broken. */
  rule: string
  /** The member, and within text the member of the JSON in it: `attributes.panelsJSON.0.gridData`. */
  at: string
  text: string
}

/** Takes findings about one object; `at` is the member's path from where the reporter stands. */
export type Report = (rule: string, at: string, text: string) => void

/** The same reporter, standing at a member. */
export function within(report: Report, member: string): Report {
  return (rule, at, text) => report(rule, at === '' ? member : `${member}.${at}`, text)
}

/** The value as the schema sees it; undefined when it does not fit, which is reported. */
export function fits<Value>(
  schema: z.ZodType<Value>,
  value: unknown,
  report: Report,
): Value | undefined {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  for (const issue of result.error.issues) {
    report('shape', issue.path.join('.'), issue.message)
  }
  return undefined
}

export function judgeQuery(
  query: { query: string; language: string } | undefined,
  report: Report,
): void {
  if (query?.language !== 'kuery') return
  try {
    kqlFields(query.query)
  } catch (error) {
    if (!(error instanceof KqlError)) throw error
    report('kql', '', error.message)
  }
}
