// The door of the command: the same program that `bin/millrace.mjs` starts, with the process as an argument.
export type { AuditJson } from './audit-text.ts'
export type { CommandContext, InputStream } from './context.ts'
export { Output, type OutputOptions } from './output.ts'
export { exitCodes, runMillrace } from './program.ts'
