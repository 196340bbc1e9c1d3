// The stack cannot be had: each reason has a code, and one line that says what to do.

export const localStackErrorCodes = [
  /** No JDK of a version that the servers need. */
  'MILLRACE_STACK_NO_JDK',
  /** Maven is not on the PATH. */
  'MILLRACE_STACK_NO_MAVEN',
  /** Maven or javac failed, or the wait for another preparation took too long. */
  'MILLRACE_STACK_PREPARE_FAILED',
  /** A port that was asked for is taken. */
  'MILLRACE_STACK_PORT_TAKEN',
  /** The directory is in use, or was written by another number of brokers. */
  'MILLRACE_STACK_DIRECTORY',
  /** A server ended while it started, or was not ready in time. */
  'MILLRACE_STACK_START_FAILED',
  /** The caller's signal ended the start. */
  'MILLRACE_STACK_ABORTED',
  /** No server of that name, or it does not run. */
  'MILLRACE_STACK_NO_SERVER',
  /** The chosen kind of stack cannot do that, or is not one. */
  'MILLRACE_STACK_UNSUPPORTED',
  /** Containers were asked for and no engine answers. */
  'MILLRACE_STACK_NO_ENGINE',
] as const

export type LocalStackErrorCode = (typeof localStackErrorCodes)[number]

/** Everything that this package throws on purpose. The message is for a person and needs no stack. */
export class LocalStackError extends Error {
  readonly code: LocalStackErrorCode

  constructor(code: LocalStackErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.name = 'LocalStackError'
    this.code = code
  }
}
