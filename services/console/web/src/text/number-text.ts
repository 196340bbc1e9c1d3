// Numbers as people read them; digits of one width are the style's part.
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

export function countText(count: number): string {
  return whole.format(count)
}

/** 950, 1.2K, 3.4M: for places where the exact count stands in a title. */
export function shortCountText(count: number): string {
  return count < 10_000 ? whole.format(count) : short.format(count)
}

export function byteText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** A length of time in the unit that suits it. */
export function durationText(durationMs: number): string {
  const size = Math.abs(durationMs)
  if (size < 1000) return `${Math.round(durationMs)} ms`
  if (size < 60_000) return `${(durationMs / 1000).toFixed(size < 10_000 ? 2 : 1)} s`
  if (size < 3_600_000) return `${(durationMs / 60_000).toFixed(1)} min`
  if (size < 48 * 3_600_000) return `${(durationMs / 3_600_000).toFixed(1)} h`
  return `${(durationMs / 86_400_000).toFixed(1)} d`
}
