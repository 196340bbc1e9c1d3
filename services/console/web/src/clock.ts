// The browser's clock and timers: the only place of the page where they are named.

/** Epoch milliseconds. */
export function nowMs(): number {
  return Date.now()
}

/** Calls back once; the returned function calls it off. */
export function after(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs)
  return () => clearTimeout(timer)
}

/** Calls back again and again; the returned function ends it. */
export function every(intervalMs: number, callback: () => void): () => void {
  const timer = setInterval(callback, intervalMs)
  return () => clearInterval(timer)
}
