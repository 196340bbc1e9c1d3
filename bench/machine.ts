// The machine that a figure was measured on.
import { cpus, release, totalmem } from 'node:os'

export function describeMachine(): string {
  const processors = cpus()
  const memoryGiB = Math.round(totalmem() / 1024 ** 3)
  return `${processors.length} x ${processors[0]?.model ?? 'unknown processor'}, ${memoryGiB} GiB, Linux ${release()}, Node ${process.version}`
}
