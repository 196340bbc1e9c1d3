// Kibana's address: where it is, how to log in, and the bounds of each request.

export interface KibanaSettings {
  /** Base address; a path in it is Kibana's `server.basePath`. */
  url: string
  /** Id of the space; none, or `default`, is the default space. */
  space?: string
  /** API key in the encoded form. */
  apiKey?: string
  /** Where there is no API key. */
  username?: string
  password?: string
  /** Certificate authorities (PEM) to trust in place of the system's. */
  ca?: string
  /** Longest wait for a Kibana that is starting. Unit: ms. Default: 120 000. */
  waitMs?: number
  /** Longest wait for the whole answer to one request. Unit: ms. Default: 60 000. */
  requestTimeoutMs?: number
  /** Largest answer that is read. Unit: bytes. Default: 32 000 000. */
  answerBytesMax?: number
}

export const defaults = { waitMs: 120_000, requestTimeoutMs: 60_000, answerBytesMax: 32_000_000 }
