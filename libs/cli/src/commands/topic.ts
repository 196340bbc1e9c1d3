// `millrace topic`: Kafka's own quick-start steps, in Kafka's own words.
import { createAdministration, type Administration, type TopicDescription } from '@millrace/kafka'
import type { Command } from 'commander'
import type { CommandContext, GlobalOptions } from '../context.ts'
import { CommandError } from '../exit-code.ts'
import { nameValue, topicName, wholeNumber } from '../option-values.ts'
import type { Registration } from '../program.ts'
import { kafkaPlace } from '../settings.ts'
import { describedTopic } from '../topic-text.ts'

interface CreateOptions extends GlobalOptions {
  partitions: number
  replicationFactor?: number
  config?: Record<string, string>
}

export function addTopic({ program, context }: Registration): void {
  const topic = program
    .command('topic')
    .description('create, describe and list topics')
    .addHelpText(
      'after',
      `
A topic is a named log of records. It is cut into partitions: each keeps its records in order, and the
workers of a group share them. A replica is a copy of a partition on another broker; Isr are the replicas
that are in sync, and one of them, the leader, takes the reads and writes.`,
    )

  topic
    .command('create')
    .description('create a topic')
    .argument('<name>', 'name of the topic', topicName)
    .option('--partitions <n>', 'how many partitions', wholeNumber(1, 10_000), 1)
    .option(
      '--replication-factor <n>',
      "copies of each partition, at most one per broker (default: the brokers' own)",
      wholeNumber(1, 32),
    )
    .option('--config <name=value>', 'a topic setting, for example retention.ms=3600000', nameValue)
    .action((name: string, _options: unknown, command: Command) =>
      withAdministration(context, command.optsWithGlobals<CreateOptions>(), (administration) =>
        create(administration, name, context, command.optsWithGlobals<CreateOptions>()),
      ),
    )

  topic
    .command('describe')
    .description('partitions, leaders and replicas of one topic or of all')
    .argument('[name]', 'name of the topic', topicName)
    .action((name: string | undefined, _options: unknown, command: Command) =>
      withAdministration(context, command.optsWithGlobals<GlobalOptions>(), (administration) =>
        describe(administration, name, context, command.optsWithGlobals<GlobalOptions>()),
      ),
    )

  topic
    .command('list')
    .description('names of all topics')
    .action((_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      return withAdministration(context, options, async (administration) => {
        const topics = await context.output.during('Asking Kafka', administration.listTopics())
        if (options.json === true) return context.output.json({ topics })
        return context.output.write(topics.map((name) => `${name}\n`).join(''))
      })
    })
}

async function create(
  administration: Administration,
  topic: string,
  { output }: CommandContext,
  { partitions, replicationFactor, config, json }: CreateOptions,
): Promise<void> {
  const isNew = await output.during(
    `Creating topic ${topic}`,
    administration.createTopic({
      topic,
      partitions,
      ...(replicationFactor === undefined ? {} : { replicationFactor }),
      ...(config === undefined ? {} : { configuration: config }),
    }),
  )
  if (!isNew) {
    throw new CommandError(
      `topic '${topic}' already exists; "millrace topic describe ${topic}" shows it`,
    )
  }
  await (json === true
    ? output.json({ topic, created: true })
    : output.line(`Created topic ${topic}.`))
}

async function describe(
  administration: Administration,
  name: string | undefined,
  { output }: CommandContext,
  { json }: GlobalOptions,
): Promise<void> {
  const names = name === undefined ? await administration.listTopics() : [name]
  const found: TopicDescription[] = []
  for (const each of names) {
    const description = await output.during(`Asking Kafka`, administration.describeTopic(each))
    if (description !== undefined) found.push(description)
    else if (name !== undefined) throw missingTopic(name)
  }
  if (json === true) return output.json({ topics: found })
  return output.write(found.map(describedTopic).join('\n'))
}

/** What to say where a topic has to be there and is not. */
export function missingTopic(topic: string): CommandError {
  return new CommandError(
    `topic '${topic}' does not exist; "millrace topic create ${topic}" makes it, "millrace topic list" shows those that exist`,
  )
}

async function withAdministration<Value>(
  context: CommandContext,
  options: GlobalOptions,
  work: (administration: Administration) => Promise<Value>,
): Promise<Value> {
  const administration = createAdministration(kafkaPlace(context, options).connection)
  try {
    return await work(administration)
  } finally {
    await administration.close()
  }
}
