// The door of the transport; its default export is what pino loads.
export { ConfigError } from '@millrace/foundation'
export type { TransportCounters } from './counters.ts'
export { createMillraceStream } from './create-stream.ts'
export type { DropListener, DropReason, StreamOptions, TargetOptions } from './settings.ts'
export type { MillraceStream } from './stream.ts'
export { default } from './target.ts'
export { version } from './version.ts'
