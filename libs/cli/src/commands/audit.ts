// `millrace audit`: did every line arrive? Each one by its id, with what became of it.
import { type AuditReport, createAuditSources, runAudit } from '@millrace/audit'
import { createElasticStore } from '@millrace/elastic'
import { instanceStartMs } from '@millrace/envelope'
import { createAdministration } from '@millrace/kafka'
import { type Command, InvalidArgumentError } from 'commander'
import { auditJson, auditText, isAccepted } from '../audit-text.ts'
import type { CommandContext, GlobalOptions } from '../context.ts'
import { CommandError, exitCodes } from '../exit-code.ts'
import { numberText } from '../number-text.ts'
import { namesOption, sinceOption, topicOption } from '../option-values.ts'
import type { Registration } from '../program.ts'
import { allPlaces } from '../settings.ts'
import { missingTopic } from './topic.ts'

interface AuditCommandOptions extends GlobalOptions {
  topic?: string
  group?: string
  /** How long ago, or since when: see `pointInTime`. */
  since?: (nowMs: number) => number
  instance?: string[]
  service?: string[]
  strict?: boolean
}

export function addAudit({ program, context, end }: Registration): void {
  program
    .command('audit')
    .description('did every line arrive? each one by its id; what is missing is listed')
    .addOption(sinceOption('only instances that were heard of'))
    .option('--instance <id>', 'only this instance; may be given several times', instanceIds)
    .option('--service <name>', 'only this service; may be given several times', namesOption)
    .addOption(topicOption('the topic'))
    .option('--group <name>', "the indexers' group (default: MILLRACE_KAFKA_GROUP)")
    .option(
      '--strict',
      'exit code 1 also where an instance ended without closing: its last lines are in no book',
    )
    .addHelpText(
      'after',
      `
Of each instance of a service, every line from the first to the newest is one of these: indexed, dead-lettered,
dropped for a reason that was counted, or on its way (pending). What is none of them is lost. Exit code 1 when
anything is lost or double, and when there is no verdict: the servers can't be read in full, or nothing is what
the options name.

Examples:
  millrace audit --since 24h
  millrace audit --service orders --json | jq -r '.lost[]'`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<AuditCommandOptions>()
      const report = await audit(context, options)
      if (report.instances === 0 && isFiltered(options)) throw nothingWanted(report)
      const { output } = context
      if (options.json === true) for (const part of auditJson(report)) await output.write(part)
      else await output.write(auditText(report, (style, text) => output.style(style, text)))
      if (!isAccepted(report, options.strict)) end(exitCodes.failed)
    })
}

async function audit(context: CommandContext, options: AuditCommandOptions): Promise<AuditReport> {
  const { output, clock, signal } = context
  const { connection, topic, group, elasticsearch } = allPlaces(context, options)
  const administration = createAdministration(connection, { callTimeoutMs: 30_000 })
  const store = createElasticStore(elasticsearch)
  const { since, instance, service } = options
  // Kafka may be slow to say that it is away; nobody waits for that after Ctrl-C.
  const giveUp = (): void => void administration.close()
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    if ((await administration.describeTopic(topic)) === undefined) throw missingTopic(topic)
    return await output.during('Auditing', (show) => {
      let step = ''
      const onProgress = (what: string, count: number): void =>
        show(`${step}: ${numberText(count)} ${what}`)
      const place = { connection, administration, topic, group, clock, signal }
      return runAudit(createAuditSources({ ...place, store, onProgress }), {
        topic,
        group,
        ...(since !== undefined && { sinceMs: since(clock.now()) }),
        ...(instance !== undefined && { instances: instance }),
        ...(service !== undefined && { services: service }),
        onStep: (text) => {
          step = text
          show(text)
        },
      })
    })
  } finally {
    signal.removeEventListener('abort', giveUp)
    await administration.close()
    await store.close()
  }
}

function isFiltered({ since, instance, service }: AuditCommandOptions): boolean {
  return since !== undefined || instance !== undefined || service !== undefined
}

/** A name that is typed wrong must not pass for a service of which nothing is lost. */
function nothingWanted({ topic }: AuditReport): CommandError {
  return new CommandError(
    `no verdict: neither Elasticsearch nor topic ${topic} knows of an instance that --service, --instance and --since ask for; "millrace audit" without them lists all services`,
  )
}

function instanceIds(text: string, previous: string[] = []): string[] {
  const ids = namesOption(text, previous)
  const wrong = ids.find((id) => instanceStartMs(id) === undefined)
  if (wrong === undefined) return ids
  throw new InvalidArgumentError(
    'An instance id is 16 characters: the first part of an event id, before the dash.',
  )
}
