// A server's log file: bounded, and quoted when the server could not start.
import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs'

/** A longer log is put aside (`.1`, one generation) when its server starts the next time. */
const logBytesMax = 16 * 2 ** 20

/** How much of a log is looked at, and how much of it is quoted. */
const tailBytes = 64 * 2 ** 10
const quotedLinesMax = 4
const quotedLineLengthMax = 240

/** Returns the length of the log as it is before the next start. */
export function rotateLog(file: string, bytesMax = logBytesMax): number {
  let size: number
  try {
    size = statSync(file).size
  } catch {
    return 0
  }
  if (size <= bytesMax) return size
  renameSync(file, `${file}.1`)
  return 0
}

/** The lines since `offset` that say why a server ended, in one line for a person. */
export function quoteLog(file: string, offset: number): string {
  const lines = readTail(file, offset)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(at |\.\.\. \d+ more)/.test(line))
  const telling = lines.filter((line) =>
    /\b(ERROR|FATAL)\b|\b[\w.]*(Exception|Error)\b|^Caused by|already in use|Could not/.test(line),
  )
  const chosen = (telling.length > 0 ? telling : lines).slice(-quotedLinesMax)
  if (chosen.length === 0) return 'it said nothing'
  return chosen.map((line) => line.slice(0, quotedLineLengthMax)).join(' | ')
}

function readTail(file: string, offset: number): string {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch {
    return ''
  }
  try {
    const size = fstatSync(descriptor).size
    const start = Math.max(Math.min(offset, size), size - tailBytes)
    const bytes = Buffer.alloc(size - start)
    readSync(descriptor, bytes, 0, bytes.length, start)
    return bytes.toString('utf8')
  } finally {
    closeSync(descriptor)
  }
}
