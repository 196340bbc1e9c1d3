// What the doctor found, and what to do about it.

export type FindingStatus = 'well' | 'warning' | 'failed'

export interface Finding {
  /** What was looked at: `brokers`, `topic logs`. */
  check: string
  status: FindingStatus
  text: string
  /** What to do; absent where all is well. */
  advice?: string
}

export function well(check: string, text: string): Finding {
  return { check, status: 'well', text }
}

export function warning(check: string, text: string, advice: string): Finding {
  return { check, status: 'warning', text, advice }
}

export function failed(check: string, text: string, advice: string): Finding {
  return { check, status: 'failed', text, advice }
}
