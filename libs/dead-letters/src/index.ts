// The door of the dead letters.
export { indexedLetters } from './indexed-letters.ts'
export {
  groupLetters,
  isNewer,
  type Letter,
  type LetterGroup,
  LetterReader,
  NewestLetters,
  openOf,
  reasonOf,
} from './letter.ts'
export { findLetterTopic, type LetterTopic, newestLetters, readLetters } from './letter-topic.ts'
export { InterruptedError, type Reading, TooManyLettersError } from './reading.ts'
export {
  lettersStillOpen,
  lettersToReplay,
  replay,
  type ReplayOptions,
  type ReplayReport,
} from './replay.ts'
export { originalRecord, replayRecord } from './replay-record.ts'
export { readWholeLetters, type WholeLetter } from './whole-letter.ts'
