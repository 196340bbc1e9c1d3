// Where a record comes from: what its headers say, read once for all records with the same headers.
import { ecsVersion } from '@millrace/ecs'
import {
  type DecodedSource,
  defaultDataset,
  defaultNamespace,
  headerName,
  type RecordHeaders,
  type SourceFacts,
  SourceFactsReader,
} from '@millrace/envelope'
import { type StreamPart, StreamPartReader } from './data-stream.ts'
import { type CommonMembers, commonMembers } from './normalized-event.ts'
import { LinePlans } from './plans/line-plans.ts'
import type { PlanBudget } from './plans/plan-budget.ts'

/** What is the same for every record with the same headers; made once for each distinct header. */
export class RecordSource {
  readonly facts: SourceFacts
  /** True when the record's key is an event id that a Millrace instance minted. */
  readonly minted: boolean
  readonly dataset: StreamPart
  readonly namespace: StreamPart
  readonly dataStream: string
  /** What its lines before have become. */
  readonly plans: LinePlans
  readonly #common = new Map<string, CommonMembers>()

  constructor(
    { facts, minted }: { facts: SourceFacts; minted: boolean },
    { dataset, namespace }: { dataset: StreamPart; namespace: StreamPart },
    plans: LinePlans,
  ) {
    this.facts = facts
    this.minted = minted
    this.dataset = dataset
    this.namespace = namespace
    this.plans = plans
    this.dataStream = `logs-${dataset.value}-${namespace.value}`
  }

  /** The members that only the header and the format decide. */
  common(format: string): CommonMembers {
    let common = this.#common.get(format)
    if (common === undefined) {
      common = commonMembers({
        ecs: { version: ecsVersion },
        data_stream: {
          type: 'logs',
          dataset: this.dataset.value,
          namespace: this.namespace.value,
        },
        millrace: { format },
      })
      this.#common.set(format, common)
    }
    return common
  }
}

/** The sources of a normalizer's records. Those of one producer are all alike: it remembers the last one by itself. */
export class RecordSources {
  readonly #reader = new SourceFactsReader()
  readonly #datasets: StreamPartReader
  readonly #namespaces: StreamPartReader
  readonly #planBudget: PlanBudget
  readonly #known = new WeakMap<SourceFacts, RecordSource>()
  #bare: RecordSource | undefined
  #last: { header: Buffer; source: RecordSource } | undefined
  #lastHeaders: RecordHeaders | undefined
  #lastSource: RecordSource | undefined

  /** `dataset` and `namespace`: where the record names none. */
  constructor(
    { dataset, namespace }: { dataset?: string | undefined; namespace?: string | undefined },
    planBudget: PlanBudget,
  ) {
    this.#datasets = new StreamPartReader(dataset ?? defaultDataset)
    this.#namespaces = new StreamPartReader(namespace ?? defaultNamespace)
    this.#planBudget = planBudget
  }

  /** Undefined for a header that can't be read. */
  read(headers: RecordHeaders): RecordSource | undefined {
    // Records of one batch share one object.
    if (headers === this.#lastHeaders) return this.#lastSource
    this.#lastHeaders = headers
    return (this.#lastSource = this.#read(headers))
  }

  #read(headers: RecordHeaders): RecordSource | undefined {
    const header = headers[headerName]
    if (header === undefined) {
      if (!hasNoPlainName(headers)) return this.#decode(headers)
      this.#bare ??= this.#decode(headers)
      return this.#bare
    }
    if (this.#last?.header.equals(header) === true) return this.#last.source
    const source = this.#decode(headers)
    // A copy: the record's bytes may be part of a whole fetch, which must not be held on to.
    if (source !== undefined) this.#last = { header: Buffer.from(header), source }
    return source
  }

  #decode(headers: RecordHeaders): RecordSource | undefined {
    const decoded = this.#reader.read(headers)
    // The reader gives the same facts for the same header.
    return decoded && (this.#known.get(decoded.facts) ?? this.#new(decoded))
  }

  #new(decoded: DecodedSource): RecordSource {
    const { facts } = decoded
    const parts = {
      dataset: this.#datasets.read(facts.dataset),
      namespace: this.#namespaces.read(facts.namespace),
    }
    const source = new RecordSource(decoded, parts, new LinePlans(this.#planBudget))
    this.#known.set(facts, source)
    return source
  }
}

/** The headers of producers that know nothing of Millrace. */
function hasNoPlainName(headers: RecordHeaders): boolean {
  return (
    headers['format'] === undefined &&
    headers['service'] === undefined &&
    headers['dataset'] === undefined &&
    headers['namespace'] === undefined
  )
}
