// `millrace audit`: did every line arrive? Each one by its id, with what became of it.
import { type AuditReport, createAuditSources, runAudit } from '@millrace/audit'
import { createElasticStore } from '@millrace/elastic'
import { instanceStartMs } from '@millrace/envelope'
import { createAdministration } from '@millrace/kafka'
import { type Command, InvalidArgumentError } from 'commander'
import { auditJson, auditText } from '../audit-text.ts'
import type { CommandContext, GlobalOptions } from '../context.ts'
import { exitCodes } from '../exit-code.ts'
import { numberText } from '../number-text.ts'
import { sinceOption, topicOption } from '../option-values.ts'
import type { Registration } from '../program.ts'
import { allPlaces } from '../settings.ts'

interface AuditCommandOptions extends GlobalOptions {
  topic?: string
  group?: string
  /** How long ago, or since when: see `pointInTime`. */
  since?: (nowMs: number) => number
  instance?: string[]
  service?: string[]
}

export function addAudit({ program, context, end }: Registration): void {
  program
    .command('audit')
    .description('did every line arrive? each one by its id; what is missing is listed')
    .addOption(sinceOption('only instances that were heard of'))
    .option('--instance <id>', 'only this instance; may be given several times', instanceIds)
    .option('--service <name>', 'only this service; may be given several times', names)
    .addOption(topicOption('the topic'))
    .option('--group <name>', "the indexers' group (default: MILLRACE_KAFKA_GROUP)")
    .addHelpText(
      'after',
      `
Of each instance of a service, every line from the first to the newest is one of these: indexed, dead-lettered,
dropped for a reason that was counted, or on its way (pending). What is none of them is lost. Exit code 1 when
anything is lost or double.

Examples:
  millrace audit --since 24h
  millrace audit --service orders --json | jq -r '.lost[]'`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<AuditCommandOptions>()
      const report = await audit(context, options)
      const { output } = context
      if (options.json === true) for (const part of auditJson(report)) await output.write(part)
      else await output.write(auditText(report, (style, text) => output.style(style, text)))
      if (!report.ok) end(exitCodes.failed)
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

function names(text: string, previous: string[] = []): string[] {
  return [...previous, ...text.split(',')]
}

function instanceIds(text: string, previous: string[] = []): string[] {
  const ids = names(text, previous)
  const wrong = ids.find((id) => instanceStartMs(id) === undefined)
  if (wrong === undefined) return ids
  throw new InvalidArgumentError(
    'An instance id is 16 characters: the first part of an event id, before the dash.',
  )
}
