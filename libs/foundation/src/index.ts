// The door of the foundation: time, chance and failure.
export { type Clock, systemClock, type Timer } from './clock.ts'
export { type Random, seededRandom, systemRandom } from './random.ts'
export { crc32c } from './crc32c.ts'
export { instantiateWebAssembly } from './web-assembly.ts'
export { isObject } from './is-object.ts'
export { backoffDelayMs, type BackoffOptions } from './backoff.ts'
export {
  AuditError,
  BulkRequestError,
  ConfigError,
  type ErrorCode,
  errorCodes,
  type ErrorDetails,
  errorText,
  MillraceError,
  PublishError,
  redactCredentials,
  type Rejection,
  type Result,
  SourceError,
} from './errors.ts'
