// The client's connection, but for bulk answers without a failure: their bytes are kept as they are, and no text is made of them.
import { AnswerBytes } from './answer-memory.ts'
import { errors, UndiciConnection } from './client.ts'
import { GoodBulkAnswer } from './good-bulk-answer.ts'

type RequestParameters = Parameters<UndiciConnection['request']>
type RequestOptions = Omit<RequestParameters[1], 'asStream'> & { asStream?: boolean }

export const bulkPath = '/_bulk'

/** Where the headers of an answer carry its bytes past the client's reading of the body, which is empty then. */
const answerBytes = Symbol('answer')

/** The bytes of a bulk answer without a failure; undefined for any other answer, whose body the client has read. */
export function goodAnswerOf(headers: object): GoodBulkAnswer | undefined {
  const answer = (headers as { [answerBytes]?: AnswerBytes })[answerBytes]
  return answer === undefined ? undefined : new GoodBulkAnswer(answer)
}

/**
 * As a text, such an answer would be decoded, and encoded again by whoever compares it: a hundred bytes for each item,
 * in pieces so large that only a full collection frees them.
 */
export class SparingConnection extends UndiciConnection {
  /** The answer is of whichever kind the base class gives; that has a signature for each. */
  override async request(params: RequestParameters[0], options: RequestOptions): Promise<never> {
    if (params.path !== bulkPath || options.asStream === true) {
      return (await super.request(params, options as never)) as never
    }
    const answer = await super.request(params, { ...options, asStream: true })
    const bytesMax = options.maxResponseSize ?? Number.POSITIVE_INFINITY
    const whole = await readAll(answer.body, bytesMax)
    if (answer.statusCode !== 200 || !GoodBulkAnswer.is(whole.bytes)) {
      // Read by the client whenever it likes: its own copy.
      const body = Buffer.from(whole.bytes)
      whole.release()
      return { ...answer, body } as never
    }
    const headers = Object.assign(answer.headers, { [answerBytes]: whole })
    return { ...answer, headers, body: '' } as never
  }
}

/** @throws ConnectionError when the server goes away meanwhile, RequestAbortedError for too many bytes. */
async function readAll(stream: AsyncIterable<Buffer>, bytesMax: number): Promise<AnswerBytes> {
  const whole = new AnswerBytes()
  try {
    for await (const chunk of stream) {
      whole.append(chunk)
      if (whole.length > bytesMax) break
    }
  } catch (error) {
    throw new errors.ConnectionError(error instanceof Error ? error.message : String(error))
  }
  if (whole.length > bytesMax) {
    throw new errors.RequestAbortedError(`more than the ${bytesMax} bytes that an answer may have`)
  }
  return whole
}
