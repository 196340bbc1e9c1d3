// Numbers that a service tells about itself, declared in one table and read at /metrics.
import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
} from 'prom-client'
import { PlainHistogram } from './plain-histogram.ts'

interface Declared<Kind extends string, Label extends string> {
  kind: Kind
  /** One sentence; docs/metrics.md repeats it. */
  help: string
  /** Labels, each from a closed set of values. */
  labels?: readonly Label[]
}

export type MetricDefinition<Label extends string = string> =
  | Declared<'counter', Label>
  | (Declared<'gauge', Label> & {
      /** What the values of several threads are together. Default: their sum. */
      merge?: 'sum' | 'max'
    })
  | (Declared<'histogram', Label> & { buckets: readonly number[] })

/** Metric name, `<service>_<stage>_<noun>_<unit>`, to its declaration. */
export type MetricTable = Readonly<Record<string, MetricDefinition>>

type LabelOf<Definition> = Definition extends { labels: readonly (infer Label)[] } ? Label : never
type Labels<Definition> = Partial<Record<LabelOf<Definition> & string, string | number>>

export interface CounterMetric<Definition = MetricDefinition> {
  /** @param amount 0 or more. Default: 1. */
  add(amount?: number, labels?: Labels<Definition>): void
}
export interface GaugeMetric<Definition = MetricDefinition> {
  set(value: number, labels?: Labels<Definition>): void
  /** Forgets all label values, for example of partitions that are no longer owned. */
  clear(): void
}
export interface HistogramMetric<Definition = MetricDefinition> {
  observe(value: number, labels?: Labels<Definition>): void
}

type MetricOf<Definition> = Definition extends { kind: 'counter' }
  ? CounterMetric<Definition>
  : Definition extends { kind: 'gauge' }
    ? GaugeMetric<Definition>
    : HistogramMetric<Definition>

export interface MetricsText {
  readonly contentType: string
  /** Prometheus' text format. */
  readonly text: () => Promise<string>
}

/** All metrics with their values, as plain data that can go from one thread to another. */
export type MetricsSnapshot = readonly object[]

export interface Metrics<Table extends MetricTable> extends MetricsText {
  readonly snapshot: () => Promise<MetricsSnapshot>
  readonly metrics: { readonly [Name in keyof Table]: MetricOf<Table[Name]> }
}

export interface MetricsOptions {
  /** Put on every sample, for example `{ service: 'millrace-indexer' }`. */
  defaultLabels?: Readonly<Record<string, string>>
  /**
   * Adds `process_…` and `nodejs_…` (memory, CPU, event loop); `'thread'`: those that each thread has of its own,
   * which are the latter. Default: false.
   */
  processMetrics?: boolean | 'thread'
  /** Called before each reading, to set gauges that are read and not counted. */
  collect?: () => void
}

/** Keeps the table's types; a place to hang the checks of docs/metrics.md on. */
export function defineMetrics<
  const Label extends string,
  const Table extends Readonly<Record<string, MetricDefinition<Label>>>,
>(table: Table): Table {
  return table
}

/** One registry with one metric per line of the table. Each call makes a registry of its own. */
export function createMetrics<Table extends MetricTable>(
  table: Table,
  options: MetricsOptions = {},
): Metrics<Table> {
  const register = new Registry()
  register.setDefaultLabels({ ...options.defaultLabels })
  if (options.processMetrics !== undefined && options.processMetrics !== false) {
    addProcessMetrics(register, options.processMetrics)
  }
  const metrics = Object.fromEntries(
    Object.entries(table).map(([name, definition]) => [
      name,
      registerMetric(register, name, definition),
    ]),
  )
  return {
    metrics: metrics as never,
    contentType: register.contentType,
    text: async () => {
      options.collect?.()
      return await register.metrics()
    },
    snapshot: async () => {
      options.collect?.()
      return await register.getMetricsAsJSON()
    },
  }
}

/** Several registries of one table as one text: counters and histograms summed, gauges as they are declared. */
export async function mergedMetricsText(snapshots: readonly MetricsSnapshot[]): Promise<string> {
  return await AggregatorRegistry.aggregate([...snapshots]).metrics()
}

/** The library merges the delays of event loops into their average, in which one that is blocked can't be seen. */
function addProcessMetrics(register: Registry, processMetrics: true | 'thread'): void {
  collectDefaultMetrics({ register })
  for (const metric of register.getMetricsAsArray()) {
    if (metric.aggregator === 'average') metric.aggregator = 'max'
    if (!metric.name.startsWith('process_')) continue
    // One registry of the process has them.
    metric.aggregator = 'first'
    if (processMetrics === 'thread') register.removeSingleMetric(metric.name)
  }
}

/** The table as rows for docs/metrics.md, in the order of declaration. */
export function describeMetrics(
  table: MetricTable,
): { name: string; kind: string; labels: readonly string[]; help: string }[] {
  return Object.entries(table).map(([name, { kind, labels = [], help }]) => ({
    name,
    kind,
    labels,
    help,
  }))
}

function registerMetric(
  registry: Registry,
  name: string,
  definition: MetricDefinition,
): CounterMetric | GaugeMetric | HistogramMetric {
  const labelNames = definition.labels ?? []
  const common = { name, help: definition.help, labelNames, registers: [registry] }
  if (definition.kind === 'counter') {
    const counter = new Counter(common)
    return { add: (amount = 1, labels = {}) => counter.inc(labels, amount) }
  }
  if (definition.kind === 'gauge') {
    const gauge = new Gauge({ ...common, aggregator: definition.merge ?? 'sum' })
    return { set: (value, labels = {}) => gauge.set(labels, value), clear: () => gauge.reset() }
  }
  if (labelNames.length === 0) {
    const plain = new PlainHistogram({ ...common, buckets: definition.buckets })
    registry.registerMetric(plain.asMetric())
    return plain
  }
  const histogram = new Histogram({ ...common, buckets: [...definition.buckets] })
  return { observe: (value, labels = {}) => histogram.observe(labels, value) }
}
