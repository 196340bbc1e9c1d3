// Lines of one length, for seeing how cost grows with it; and a few lines again and again, where making them would take longest.
import { seededRandom } from '@millrace/foundation'
import pino from 'pino'
import { type PinoLine, services } from './pino-lines.ts'

const words = [
  'stock',
  'order',
  'of',
  'the',
  'north',
  'warehouse',
  'was',
  'counted',
  'again',
  'and',
]

/** Endless lines of pino without its base, each of exactly so many bytes; at least 100. */
export function* sizedLines(lineBytes: number): Generator<PinoLine, never, undefined> {
  const random = seededRandom(lineBytes)
  let atMs = 1_767_323_045_678
  let written = ''
  const logger = pino(
    { base: { name: services[0] }, timestamp: () => `,"time":${++atMs}` },
    { write: (text: string) => (written = text) },
  )
  logger.info('')
  const bare = written.trimEnd().length
  if (lineBytes < bare) throw new RangeError(`lineBytes must be at least ${bare}, got ${lineBytes}`)
  for (;;) {
    let message = ''
    while (message.length < lineBytes - bare) {
      message += `${words[Math.floor(random.next() * words.length)]} `
    }
    logger.info(message.slice(0, lineBytes - bare))
    yield { service: services[0], line: written.trimEnd() }
  }
}

/** The first `count` lines, then the same from the start: their ids differ all the same. */
export function* repeated<Line>(
  lines: Iterator<Line, unknown, undefined>,
  count: number,
): Generator<Line, never, undefined> {
  const kept: Line[] = []
  while (kept.length < count) kept.push(lines.next().value as Line)
  for (;;) yield* kept
}
