// docs/scaling.md: its plans follow from the figures that stand in its first table.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
export const scalingPagePath = 'docs/scaling.md'

const begin = '<!-- plans: begin -->'
const end = '<!-- plans: end -->'

/** Figures of the page's first table, by the name in its first column. */
const figureNames = {
  indexerMicroseconds: 'processor time of an indexer',
  storeMicroseconds: "Elasticsearch's processor time, primary only",
  topicBytes: 'a line in Kafka, compressed',
  bulkBytes: 'a document on the way to Elasticsearch',
  storedBytes: 'a document on disk, primary only',
  coreShare: 'share of a core that is planned with',
  kafkaReplicas: 'copies in Kafka',
  storeCopies: 'copies in Elasticsearch',
  partitionsPerWorker: 'partitions for each worker',
  partitionsMin: 'fewest partitions',
  cellCores: 'cores of Elasticsearch in one cluster, at most',
} as const

export type Figures = Record<keyof typeof figureNames, number>

export interface ScalingPlan {
  eventsPerSecond: number
  /** One core each. */
  workers: number
  partitions: number
  storeCores: number
  /** Of the topic, written once; brokers write it as many times as there are copies. Unit: MB/s. */
  topicMegabytes: number
  /** From all workers to Elasticsearch. Unit: MB/s. */
  bulkMegabytes: number
  /** All copies. Unit: GB. */
  storedGigabytesPerDay: number
  /** Whole pipelines side by side, each with its own Kafka, workers and Elasticsearch. */
  cells: number
}

const rates = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]

/** Workers and partitions are of all cells together; each cell has its equal share, rounded up. */
export function planFor(eventsPerSecond: number, figures: Figures): ScalingPlan {
  const perCore = (microseconds: number): number =>
    (eventsPerSecond * microseconds) / 1e6 / figures.coreShare
  const storeCores = Math.ceil(perCore(figures.storeMicroseconds * figures.storeCopies))
  const workers = Math.ceil(perCore(figures.indexerMicroseconds))
  const bytesPerSecond = (bytes: number): number => (eventsPerSecond * bytes) / 1e6
  return {
    eventsPerSecond,
    workers,
    partitions: Math.max(figures.partitionsMin, workers * figures.partitionsPerWorker),
    storeCores,
    topicMegabytes: bytesPerSecond(figures.topicBytes),
    bulkMegabytes: bytesPerSecond(figures.bulkBytes),
    storedGigabytesPerDay:
      (bytesPerSecond(figures.storedBytes) * figures.storeCopies * 86_400) / 1000,
    cells: Math.ceil(storeCores / figures.cellCores),
  }
}

/** @throws Error that names the figure which the page lacks */
export function readFigures(page: string): Figures {
  const figures = {} as Figures
  for (const [key, name] of Object.entries(figureNames)) {
    const row = page.split('\n').find((line) => line.startsWith(`| ${name} |`))
    const value = Number(row?.split('|')[2]?.trim())
    if (!(value > 0)) throw new Error(`${scalingPagePath} has no figure for "${name}"`)
    figures[key as keyof Figures] = value
  }
  return figures
}

/** The page with its plans made anew from its figures. */
export function scalingPage(): string {
  const page = readFileSync(join(root, scalingPagePath), 'utf8')
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from === -1 || to < from) throw new Error(`${scalingPagePath} lacks ${begin} … ${end}`)
  return `${page.slice(0, from + begin.length)}\n\n${plansText(readFigures(page))}\n${page.slice(to)}`
}

const shown = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })

function plansText(figures: Figures): string {
  const plans = rates.map((rate) => planFor(rate, figures))
  const row = (name: string, pick: (plan: ScalingPlan) => number): string =>
    `| ${name} | ${plans.map((plan) => shown.format(pick(plan))).join(' | ')} |`
  return `${[
    `| events per second | ${plans.map((plan) => shown.format(plan.eventsPerSecond)).join(' | ')} |`,
    `|---|${plans.map(() => '--:').join('|')}|`,
    row('indexer workers, one core each', ({ workers }) => workers),
    row('partitions', ({ partitions }) => partitions),
    row('cores of Elasticsearch', ({ storeCores }) => storeCores),
    row('into Kafka, one copy (MB/s)', ({ topicMegabytes }) => topicMegabytes),
    row('into Elasticsearch (MB/s)', ({ bulkMegabytes }) => bulkMegabytes),
    row('on its disks for each day kept (GB)', (plan) => plan.storedGigabytesPerDay),
    row('clusters', ({ cells }) => cells),
    '',
    ...arithmetic(planFor(100_000, figures), figures),
  ].join('\n')}\n`
}

/** One column, step by step. */
function arithmetic(plan: ScalingPlan, figures: Figures): string[] {
  const { eventsPerSecond: rate } = plan
  const cores = (microseconds: number): string =>
    `${shown.format(rate)} × ${shown.format(microseconds)} µs = ${shown.format((rate * microseconds) / 1e6)} cores of work, ÷ ${figures.coreShare} = ${shown.format((rate * microseconds) / 1e6 / figures.coreShare)}`
  return [
    `The column of ${shown.format(rate)} events per second, step by step:`,
    '',
    `- Workers: ${cores(figures.indexerMicroseconds)}, so ${plan.workers}.`,
    `- Partitions: ${plan.workers} ${plan.workers === 1 ? 'worker' : 'workers'} × ${figures.partitionsPerWorker} = ${plan.workers * figures.partitionsPerWorker}, and never fewer than ${figures.partitionsMin}: ${plan.partitions}.`,
    `- Elasticsearch: ${cores(figures.storeMicroseconds * figures.storeCopies)}, so ${plan.storeCores} cores (each copy indexes by itself: ${figures.storeMicroseconds} µs × ${figures.storeCopies}).`,
    `- Kafka: ${shown.format(rate)} × ${figures.topicBytes} B = ${shown.format(plan.topicMegabytes)} MB/s into the topic and again out of it; × ${figures.kafkaReplicas} copies = ${shown.format(plan.topicMegabytes * figures.kafkaReplicas)} MB/s onto the brokers' disks.`,
    `- Disk: ${shown.format(rate)} × ${figures.storedBytes} B × ${figures.storeCopies} × 86,400 s = ${shown.format(plan.storedGigabytesPerDay)} GB a day.`,
    `- Clusters: ${plan.storeCores} ÷ ${figures.cellCores} cores, rounded up: ${plan.cells}.`,
  ]
}
