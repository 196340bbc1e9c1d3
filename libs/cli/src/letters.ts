// Dead letters for the commands: found, read and looked up, with the progress that a person sees.
import {
  findLetterTopic,
  indexedLetters,
  InterruptedError,
  type Letter,
  type LetterTopic,
  newestLetters,
  type Reading,
  TooManyLettersError,
} from '@millrace/dead-letters'
import { createElasticStore } from '@millrace/elastic'
import { errorText } from '@millrace/foundation'
import type { CommandContext, GlobalOptions } from './context.ts'
import { CommandError } from './exit-code.ts'
import { counted, numberText } from './number-text.ts'
import { allPlaces } from './settings.ts'

type Places = ReturnType<typeof allPlaces>

/** Both servers and the topic. `--group` of these commands names a cause, and not the indexers' group. */
export function letterPlaces(
  context: CommandContext,
  options: GlobalOptions & { topic?: string },
): Places {
  const { brokers, elasticsearch, topic } = options
  return allPlaces(context, {
    ...(brokers !== undefined && { brokers }),
    ...(elasticsearch !== undefined && { elasticsearch }),
    ...(topic !== undefined && { topic }),
  })
}

/** Undefined when nothing was ever parked. */
export function findLetters(
  { output }: CommandContext,
  { connection, topic }: Pick<Places, 'connection' | 'topic'>,
): Promise<LetterTopic | undefined> {
  return output.during('Asking Kafka', findLetterTopic(connection, topic))
}

/** Shows how many of how many records were read; an interruption is the command's own error. */
export async function whileReading<Value>(
  context: CommandContext,
  read: (reading: Reading) => Promise<Value>,
  text: (seen: number, total: number) => string = (seen, total) =>
    `Reading dead letters: ${numberText(seen)} of ${numberText(total)}`,
): Promise<Value> {
  const { output, signal, clock, random } = context
  try {
    return await output.during('Reading dead letters', (show) =>
      read({
        signal,
        clock,
        random,
        onProgress: (seen, total) => show(text(seen, total)),
      }),
    )
  } catch (error) {
    if (error instanceof InterruptedError) throw new CommandError('interrupted')
    throw error
  }
}

/** The newest letter of each event. @throws CommandError past a million of them. */
export async function lettersOf(
  place: LetterTopic,
  context: CommandContext,
  options: { sinceMs?: number; isWanted?: (letter: Letter) => boolean },
): Promise<Letter[]> {
  try {
    const { letters, foreign } = await whileReading(context, (reading) =>
      newestLetters(place, reading, options),
    )
    if (foreign > 0) {
      context.output.note(
        `millrace: left out of ${place.deadLetterTopic}: ${counted(foreign, 'record')} that no indexer wrote`,
      )
    }
    return letters
  } catch (error) {
    if (!(error instanceof TooManyLettersError)) throw error
    throw new CommandError(`${error.message}; look at a part of them with --since`)
  }
}

/** Which of them are indexed. Undefined when Elasticsearch did not answer; said in a note. */
export async function indexedOf(
  elasticsearch: Places['elasticsearch'],
  letters: readonly Letter[],
  { output, signal }: CommandContext,
): Promise<Set<string> | undefined> {
  const store = createElasticStore(elasticsearch)
  const total = numberText(letters.length)
  try {
    return await output.during('Asking Elasticsearch', (show) =>
      indexedLetters(store, letters, {
        signal,
        onProgress: (asked) => show(`Asking Elasticsearch: ${numberText(asked)} of ${total}`),
      }),
    )
  } catch (error) {
    if (error instanceof InterruptedError) throw new CommandError('interrupted')
    if (signal.aborted) throw error
    output.note(`millrace: which of them are indexed is not known: ${errorText(error)}`)
    return undefined
  } finally {
    await store.close()
  }
}
