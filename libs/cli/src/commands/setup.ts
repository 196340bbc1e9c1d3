// `millrace setup`: topics, index templates and Kibana's saved objects.
import { createElasticStore, type ElasticStore } from '@millrace/elastic'
import { deadLetterTopic } from '@millrace/envelope'
import { type Administration, createAdministration } from '@millrace/kafka'
import type { Command } from 'commander'
import type { CommandContext, GlobalOptions } from '../context.ts'
import { exitCodes } from '../exit-code.ts'
import { topicOption, wholeNumber } from '../option-values.ts'
import type { Registration } from '../program.ts'
import { allPlaces } from '../settings.ts'
import { type Action, badActions, type Item } from '../setup/item.ts'
import { kibanaItems } from '../setup/kibana-objects.ts'

interface SetupOptions extends GlobalOptions {
  check?: boolean
  topic?: string
  partitions: number
  replicationFactor?: number
  kibana?: string
}

/**
 * Dead letters wait for a person: kept for 30 days, and allowed to be larger than the records they hold,
 * since their headers say why.
 */
const deadLetterPartitionsMax = 3
const deadLetterConfiguration = { 'retention.ms': '2592000000', 'max.message.bytes': '2097164' }

export function addSetup({ program, context, end }: Registration): void {
  program
    .command('setup')
    .description(
      "make the topics, the index templates and Kibana's dashboards; run it as often as you like",
    )
    .option('--check', 'change nothing, only say what is missing (exit code 1)')
    .addOption(topicOption('the topic'))
    .option('--partitions <n>', 'partitions of a new topic', wholeNumber(1, 10_000), 12)
    .option(
      '--replication-factor <n>',
      "copies of each partition of a new topic (default: the brokers' own)",
      wholeNumber(1, 32),
    )
    .option('--kibana <url>', 'address of Kibana; without it Kibana is left out')
    .addHelpText(
      'after',
      `
Makes the topic and its dead-letter topic, and in Elasticsearch the templates of the data streams
logs-*-*. What is there is left as it is: an existing topic keeps its partitions, and your own settings in
the @custom component template are never touched.

In Kibana it imports data views, saved searches and dashboards under fixed ids (kibana/README.md) and
overwrites what has these ids. It waits for a Kibana that is starting (MILLRACE_KIBANA_WAIT_MS, 2 min). Space and
login: MILLRACE_KIBANA_SPACE, MILLRACE_KIBANA_API_KEY or _USERNAME and _PASSWORD, MILLRACE_KIBANA_CA.

Examples:
  millrace setup --check
  millrace setup --kibana http://127.0.0.1:5601
  millrace setup --partitions 24 --replication-factor 3`,
    )
    .action(async (_options: unknown, command: Command) => {
      const isWell = await setUp(context, command.optsWithGlobals<SetupOptions>())
      if (!isWell) end(exitCodes.failed)
    })
}

async function setUp(context: CommandContext, options: SetupOptions): Promise<boolean> {
  const { output } = context
  const { connection, topic, elasticsearch, kibana } = allPlaces(context, options)
  const items: Item[] = []
  const report = async (item: Item): Promise<void> => {
    items.push(item)
    if (options.json === true) return
    const mark = badActions.has(item.action) ? output.style('red', '✗') : output.style('green', '✓')
    const note = item.note === undefined ? '' : ` (${item.note})`
    await output.line(
      `${mark} ${item.kind.padEnd(8)} ${item.name.padEnd(32)} ${item.action}${note}`,
    )
  }

  const administration = createAdministration(connection)
  try {
    for (const name of [topic, deadLetterTopic(topic)]) {
      const work = topicItem(administration, name, name === topic, options)
      await report(await output.during(`Topic ${name}`, work))
    }
  } finally {
    await administration.close()
  }

  const store = createElasticStore(elasticsearch)
  try {
    const work = options.check === true ? checkedTemplates(store) : installedTemplates(store)
    const { found, notes } = await output.during('Index templates', work)
    for (const item of found) await report(item)
    for (const note of notes) output.note(note)
  } finally {
    await store.close()
  }

  if (kibana === undefined) {
    output.note('Kibana is left out: neither --kibana nor MILLRACE_KIBANA_URL is set.')
  } else {
    for (const item of await kibanaItems(kibana, { check: options.check === true, context })) {
      await report(item)
    }
  }

  const isWell = items.every(({ action }) => !badActions.has(action))
  if (options.json === true) await output.json({ ok: isWell, items })
  else if (!isWell && options.check === true) output.note('"millrace setup" makes what is missing.')
  return isWell
}

async function topicItem(
  administration: Administration,
  topic: string,
  isMain: boolean,
  { check, partitions, replicationFactor }: SetupOptions,
): Promise<Item> {
  const item = { kind: 'topic', name: topic } as const
  const wanted = isMain ? partitions : Math.min(partitions, deadLetterPartitionsMax)
  if (check !== true) {
    const isNew = await administration.createTopic({
      topic,
      partitions: wanted,
      ...(replicationFactor === undefined ? {} : { replicationFactor }),
      ...(isMain ? {} : { configuration: deadLetterConfiguration }),
    })
    if (isNew) return { ...item, action: 'created', note: partitionsText(wanted) }
  }
  const found = await administration.describeTopic(topic)
  if (found === undefined) return { ...item, action: 'missing' }
  return { ...item, action: 'unchanged', note: partitionsText(found.partitions.length) }
}

interface Templates {
  found: Item[]
  notes: string[]
}

async function installedTemplates(store: ElasticStore): Promise<Templates> {
  const { templates, fallbacks, dataStreamsToRollOver } = await store.installTemplates()
  const notes: string[] = []
  if (fallbacks.length > 0) {
    notes.push(`This Elasticsearch lacks some features, used instead: ${fallbacks.join(', ')}`)
  }
  if (dataStreamsToRollOver.length > 0) {
    notes.push(
      `These data streams keep their older mappings until the next rollover: ${dataStreamsToRollOver.join(', ')}`,
    )
  }
  return { found: templates.map(({ name, action }) => templateItem(name, action)), notes }
}

async function checkedTemplates(store: ElasticStore): Promise<Templates> {
  const check = await store.checkTemplates()
  const found = [
    ...check.missing.map((name) => templateItem(name, 'missing')),
    ...check.outdated.map((name) => templateItem(name, 'outdated')),
    ...check.foreign.map((name) => templateItem(name, 'kept-foreign')),
    ...check.newer.map((name) => templateItem(name, 'kept-newer')),
  ]
  if (check.unreadable !== undefined) {
    found.push({ ...templateItem('index templates', 'unknown'), note: check.unreadable })
  } else if (check.ok) found.push(templateItem('index templates', 'unchanged'))
  return { found, notes: [] }
}

function templateItem(name: string, action: Action): Item {
  return { kind: 'template', name, action }
}

function partitionsText(count: number): string {
  return count === 1 ? '1 partition' : `${count} partitions`
}
