// The door of the normalizers: a Kafka record in, ECS documents out.
export { detectFormat, findFormat, formatNames, readLine } from './detect.ts'
export { Draft, type FieldOrigin } from './draft.ts'
export {
  type ExplainedField,
  explainFields,
  explainRecognition,
  type Recognition,
} from './explanation.ts'
export { defineFormat, type FormatContext, type Line, type LogFormat } from './format.ts'
export { builtIn as builtInFormats, FormatList } from './format-list.ts'
export { formatProblem, loadFormats } from './own-formats.ts'
export { type NormalizedEvent } from './normalized-event.ts'
export { ByteWriter } from './plans/byte-writer.ts'
export { type Frame } from './plans/plan-machine.ts'
export { type PlannedLine } from './plans/planned-line.ts'
export { type RecordRanges } from './plans/record-cursor.ts'
export {
  type NormalizeOutcome,
  type NormalizeTrace,
  RecordNormalizer,
  type RecordNormalizerOptions,
  type SourceRecord,
} from './record-normalizer.ts'
