// The value that a share of all values does not pass.

/** @param sorted ascending, not empty; @param share from 0 to 1 (nearest rank) */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
