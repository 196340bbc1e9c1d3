// A redactor whose faults a test hears of.
import { type RedactOptions, Redactor } from '../../src/redact/redactor.ts'

export function redactorOf(options: Partial<RedactOptions> = {}): Redactor {
  return new Redactor({ keys: [], patterns: [], ...options }, (error) => {
    throw error
  })
}

export function redact(line: string, options: Partial<RedactOptions> = {}): string {
  return redactorOf(options).redact(Buffer.from(line)).toString()
}
