// What comes from outside is looked at before its members are: answers, headers, things thrown.

/** An object with members; no array, not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
