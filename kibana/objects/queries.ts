// KQL that several objects share.

/** `fatal` and `error` are all that Millrace writes for what went wrong: docs/formats.md. */
export const isError = 'log.level: (error or fatal)'

export const isDeadLetter = 'data_stream.dataset: millrace.dead_letter'

/** Lines of services, without what Millrace says of its own work. */
export const isLine = `not ${isDeadLetter}`
