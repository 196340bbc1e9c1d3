// A straight line through points, and how sure its slope is.

export interface LineFit {
  slope: number
  intercept: number
  /** Standard error of the slope. */
  slopeError: number
}

/** Least squares; at least three points with different x. */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): LineFit {
  const count = points.length
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count
  let spread = 0
  let together = 0
  for (const [x, y] of points) {
    spread += (x - meanX) ** 2
    together += (x - meanX) * (y - meanY)
  }
  if (count < 3 || spread === 0) {
    throw new RangeError(`a line needs three points or more with different x, got ${count}`)
  }
  const slope = together / spread
  const intercept = meanY - slope * meanX
  const rest = points.reduce((sum, [x, y]) => sum + (y - intercept - slope * x) ** 2, 0)
  return { slope, intercept, slopeError: Math.sqrt(rest / (count - 2) / spread) }
}
