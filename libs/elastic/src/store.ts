// The store, as the rest of Millrace sees it: no type of the Elasticsearch client leaves this package.
import { BulkRequestError, type Clock, errorText, systemClock } from '@millrace/foundation'
import { type BulkAnswer, type BulkOptions, sendBulk } from './bulk.ts'
import {
  backingIndices,
  type BackingIndex,
  type CopyRequestOptions,
  deleteCopy,
  findDocuments,
  type StoredCopy,
} from './copies.ts'
import { Connection, type StoreRequest, type StoreResponse } from './connection.ts'
import { type ElasticSettingsInput, parseSettings } from './settings.ts'
import { checkTemplates, type TemplateCheck } from './templates/check.ts'
import { type InstallOptions, type InstallReport, installTemplates } from './templates/install.ts'

export interface ElasticStore {
  /** One bulk request, one try. @throws BulkRequestError, see `isRetryableRequestStatus`. */
  bulk(body: Buffer | string, options?: BulkOptions): Promise<BulkAnswer>
  /** Oldest first; none where there is no such data stream. @throws BulkRequestError */
  backingIndices(dataStream: string, options?: CopyRequestOptions): Promise<BackingIndex[]>
  /** Which of the ids one backing index holds, refreshed or not. @throws BulkRequestError */
  findDocuments(
    index: string,
    ids: readonly string[],
    options?: CopyRequestOptions,
  ): Promise<StoredCopy[]>
  /** False when it was gone or changed. @throws BulkRequestError */
  deleteCopy(index: string, copy: StoredCopy, options?: CopyRequestOptions): Promise<boolean>
  /** Any other request: search, count, refresh. @throws BulkRequestError */
  request<Body = unknown>(request: StoreRequest): Promise<StoreResponse<Body>>
  /** Whether Elasticsearch answers and knows these credentials. Never rejects. */
  isReady(): Promise<boolean>
  /** The same, as `undefined` or one sentence that says why not. */
  readinessProblem(): Promise<string | undefined>
  /** @throws BulkRequestError */
  installTemplates(options?: InstallOptions): Promise<InstallReport>
  /** @throws BulkRequestError when Elasticsearch does not answer; a lack of privileges is a finding. */
  checkTemplates(): Promise<TemplateCheck>
  /** Ends requests in flight. Safe to call twice. */
  close(): Promise<void>
}

/**
 * Connects with the first request; needs no `GET /`.
 * @throws ConfigError that names each wrong setting
 */
export function createElasticStore(
  input: ElasticSettingsInput,
  { clock = systemClock }: { clock?: Clock } = {},
): ElasticStore {
  const settings = parseSettings(input)
  const connection = new Connection(settings, clock)
  const readinessProblem = async (): Promise<string | undefined> => await askHealth(connection)
  return {
    bulk: (body, options = {}) => sendBulk(connection, body, options),
    backingIndices: (dataStream, options) => backingIndices(connection, dataStream, options),
    findDocuments: (index, ids, options) => findDocuments(connection, index, ids, options),
    deleteCopy: (index, copy, options) => deleteCopy(connection, index, copy, options),
    request: (request) => connection.send(request),
    isReady: async () => (await readinessProblem()) === undefined,
    readinessProblem,
    installTemplates: (options = {}) => installTemplates(connection, options),
    checkTemplates: () => checkTemplates(connection),
    close: () => connection.close(),
  }
}

/** A key that may only write is ready too: 403 here says that the server answers and knows it. */
async function askHealth(connection: Connection): Promise<string | undefined> {
  try {
    await connection.send({
      method: 'GET',
      path: '/_cluster/health',
      querystring: { filter_path: 'status', timeout: '1s' },
      timeoutMs: 5_000,
      acceptStatuses: [403],
    })
    return undefined
  } catch (error) {
    return error instanceof BulkRequestError ? error.message : errorText(error)
  }
}
