// How a command ends: the same four numbers for all of them.

export const exitCodes = {
  well: 0,
  /** The check failed, or the work could not be done. */
  failed: 1,
  /** Wrong use: an option or an argument. */
  usage: 2,
  /** Wrong configuration (EX_CONFIG of sysexits.h). */
  configuration: 78,
  /** Ended by Ctrl-C before the work was done. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The person asked for something that can't be; `message` says what and what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The work could not be done; `message` says why and what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}
