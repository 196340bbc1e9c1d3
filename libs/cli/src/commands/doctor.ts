// `millrace doctor`: one line for each thing that has to be well, with what to do where it is not.
import { createElasticStore } from '@millrace/elastic'
import { createAdministration } from '@millrace/kafka'
import type { Command } from 'commander'
import type { CommandContext, GlobalOptions } from '../context.ts'
import { checkElasticsearch } from '../doctor/elasticsearch-checks.ts'
import type { Finding, FindingStatus } from '../doctor/finding.ts'
import { checkKafka } from '../doctor/kafka-checks.ts'
import { checkSpool } from '../doctor/spool-check.ts'
import { exitCodes } from '../exit-code.ts'
import { topicOption } from '../option-values.ts'
import type { Style } from '../output.ts'
import type { Registration } from '../program.ts'
import { allPlaces } from '../settings.ts'
import { spoolDirectory } from '../spool/spool-directory.ts'
import { singleLine } from '../terminal-text.ts'

interface DoctorOptions extends GlobalOptions {
  topic?: string
  group?: string
}

const marks: Record<FindingStatus, readonly [mark: string, style: Style]> = {
  well: ['✓', 'green'],
  warning: ['!', 'yellow'],
  failed: ['✗', 'red'],
}

export function addDoctor({ program, context, end }: Registration): void {
  program
    .command('doctor')
    .description('check brokers, topics, group, templates, privileges, clocks and spool')
    .addOption(topicOption('the topic'))
    .option('--group <name>', "the indexers' group (default: MILLRACE_KAFKA_GROUP)")
    .addHelpText('after', '\n✓ is well, ! is worth a look, ✗ needs somebody (exit code 1).')
    .action(async (_options: unknown, command: Command) => {
      const isWell = await examine(context, command.optsWithGlobals<DoctorOptions>())
      if (!isWell) end(exitCodes.failed)
    })
}

async function examine(context: CommandContext, options: DoctorOptions): Promise<boolean> {
  const { output, clock, signal } = context
  const { connection, topic, group, elasticsearch } = allPlaces(context, options)
  const administration = createAdministration(connection, { callTimeoutMs: 10_000 })
  const store = createElasticStore(elasticsearch)
  const findings: Finding[] = []
  const checks = [
    checkKafka({ administration, brokers: connection.brokers, topic, group }),
    checkElasticsearch({ store, nodes: elasticsearch.nodes, clock }),
    checkSpool({
      directory: spoolDirectory(context),
      place: { brokers: connection.brokers, topic },
      clock,
      signal,
    }),
  ]
  try {
    for (const check of checks) {
      for (;;) {
        const next = await output.during('Looking', check.next())
        if (next.done === true || signal.aborted) break
        findings.push(next.value)
        if (options.json !== true) await output.write(findingText(next.value, context))
      }
    }
  } finally {
    await administration.close()
    await store.close()
  }
  const isWell = findings.every(({ status }) => status !== 'failed')
  if (options.json === true) await output.json({ ok: isWell, findings })
  return isWell
}

function findingText({ check, status, text, advice }: Finding, { output }: CommandContext): string {
  const [mark, style] = marks[status]
  const line = `${output.style(style, mark)} ${check.padEnd(24)} ${singleLine(text)}\n`
  return advice === undefined
    ? line
    : `${line}  ${' '.repeat(24)} ${output.style('bold', advice)}\n`
}
