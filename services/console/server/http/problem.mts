// What is answered when something can't be: one line for a person, a code for the page, never a secret.
import { BulkRequestError, errorText, MillraceError } from '@millrace/foundation'
import { KqlError } from '@millrace/kibana'
import type { ApiError } from '../api.mts'

type Code = ApiError['error']['code']

const statusByCode: Record<Code, number> = {
  filter: 400,
  input: 400,
  'sign-in': 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  busy: 429,
  elasticsearch: 502,
  kafka: 502,
  internal: 500,
}

/** Thrown by whoever answers a request; becomes the answer. */
export class Problem extends Error {
  readonly code: Code
  readonly parameter: string | undefined

  constructor(code: Code, message: string, parameter?: string) {
    super(message)
    this.name = 'Problem'
    this.code = code
    this.parameter = parameter
  }
}

const messageCharactersMax = 600

/** `isOurFault`: worth a line in the log. */
export function answerFor(thrown: unknown): {
  status: number
  body: ApiError
  isOurFault: boolean
} {
  if (thrown instanceof Problem) {
    const { code, message, parameter } = thrown
    return answer(code, message, parameter === undefined ? {} : { parameter })
  }
  if (thrown instanceof KqlError) {
    const { problem, from, to } = thrown
    return answer('filter', `${problem} at character ${from + 1}`, { at: { from, to } })
  }
  if (thrown instanceof BulkRequestError) return answer('elasticsearch', storeText(thrown))
  if (thrown instanceof MillraceError) return answer('kafka', errorText(thrown))
  return answerOfServer(thrown)
}

/** Errors of fastify carry a status; what has none is a fault of our own. */
function answerOfServer(thrown: unknown): ReturnType<typeof answerFor> {
  const { statusCode: status = 500, validation } = thrown as {
    statusCode?: number
    validation?: { instancePath?: string; params?: { missingProperty?: string } }[]
  }
  if (status >= 500) {
    return { ...answer('internal', 'The console failed; its log says how'), isOurFault: true }
  }
  const [first] = validation ?? []
  const parameter = first?.params?.missingProperty ?? first?.instancePath?.replace(/^\//, '')
  const found = answer('input', errorText(thrown), parameter === undefined ? {} : { parameter })
  return { ...found, status }
}

function answer(
  code: Code,
  message: string,
  rest: Omit<ApiError['error'], 'code' | 'message'> = {},
): ReturnType<typeof answerFor> {
  const line = message.replaceAll(/\s+/g, ' ').slice(0, messageCharactersMax)
  return {
    status: statusByCode[code],
    body: { error: { code, message: line, ...rest } },
    isOurFault: false,
  }
}

/** The hint about privileges is the indexer's; who only reads needs less. */
function storeText(error: BulkRequestError): string {
  const text = errorText(error)
  if (error.context['status'] !== 403) return text
  return `${text.split('. The API key')[0]}. The console needs read and view_index_metadata on logs-*-* and metrics-millrace.*-*, and maintenance for the audit`
}
