// logfmt: `key=value` pairs by spaces (go-logfmt, slog's TextHandler, logrus' TextFormatter, go-kit, structlog).
import { isLevelWord } from '@millrace/ecs'
import type { Draft } from '../draft.ts'
import { defineFormat, type Line } from '../format.ts'
import { aliases, placeRest, takeFirst } from '../key-placement.ts'
import { setOwn } from '../leftover.ts'
import { isNoError, type Pair, scanPairs } from '../logfmt-pairs.ts'
import type { SourceObject } from '../parse-json.ts'

/** One of these has to be a key with a value, or the text is prose with `a=b` in it. */
const signature = new Set(['level', 'lvl', 'msg', 'time', 'ts', 'at', 'event'])
/** Cheap to rule out: the first word must be a pair already. */
const firstPair = /^\s{0,16}(?:"[^"\n]{1,255}"|[\w@][\w@./:$*+-]{0,254})=(?!=)/

export const logfmt = defineFormat({
  name: 'logfmt',
  shape: 'text',
  signature:
    'nothing but `key=value` pairs, one of them `level`, `lvl`, `msg`, `time`, `ts`, `at` or `event`',

  recognize({ text }: Line): SourceObject | undefined {
    if (!firstPair.test(text)) return undefined
    const pairs = scanPairs(text, 'logfmt')
    return pairs !== undefined && isLog(pairs) ? toObject(pairs) : undefined
  },

  accept({ text }: Line): SourceObject | undefined {
    const pairs = scanPairs(text, 'logfmt')
    return pairs === undefined || !pairs.some(([, value]) => value !== true)
      ? undefined
      : toObject(pairs)
  },

  normalize(line: SourceObject, draft: Draft): void {
    draft.keepsOriginal = true
    draft.source = line
    takeFirst(draft, line, '@timestamp', aliases.time)
    takeFirst(draft, line, 'message', filled(line, aliases.message))
    takeFirst(draft, line, 'log.level', filled(line, levelKeys(line)))
    takeFirst(draft, line, 'log.logger', filled(line, aliases.logger))
    for (const key of unplaced(line)) {
      draft.leave(key, line[key])
      draft.taken.push(key)
    }
    placeRest(draft, line)
  },
})

function isLog(pairs: readonly Pair[]): boolean {
  let words = 0
  let isSigned = false
  for (const [key, value] of pairs) {
    if (value === true) words++
    else if (signature.has(key)) isSigned = true
  }
  return isSigned && words * 2 <= pairs.length
}

/** The last of several values of a key wins. */
function toObject(pairs: readonly Pair[]): SourceObject {
  const line: SourceObject = {}
  for (const [key, value] of pairs) setOwn(line, key, value)
  return line
}

function filled(line: SourceObject, keys: readonly string[]): readonly string[] {
  return keys.filter((key) => typeof line[key] === 'string' && line[key] !== '')
}

/** Keys that do not mean here what they mean elsewhere: errors that are none, and the milliseconds of Heroku's router. */
function unplaced(line: SourceObject): string[] {
  const keys = ['err', 'error'].filter((key) => {
    const value = line[key]
    return value === true || (typeof value === 'string' && isNoError(value))
  })
  const isRouter = line['dyno'] !== undefined && line['connect'] !== undefined
  return isRouter && line['service'] !== undefined ? [...keys, 'service'] : keys
}

/** Heroku's router says `at=info`. */
function levelKeys(line: SourceObject): readonly string[] {
  const { at } = line
  return typeof at === 'string' && isLevelWord(at) ? [...aliases.level, 'at'] : aliases.level
}
