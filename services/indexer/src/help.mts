// Help: what `--help` prints, made from the same declarations that read the settings.
import { settingMeta, textOfDefault } from '@millrace/service'
import { indexerGroups } from './config.mts'

export function helpText(): string {
  const lines = [
    'Usage: node services/indexer/src/main.ts [--help] [--print-config]',
    '',
    'Reads log records from a Kafka topic and indexes them into Elasticsearch. Start as many as the',
    'topic has partitions; they share the work. All settings are environment variables:',
  ]
  for (const group of Object.values(indexerGroups)) {
    lines.push('', `${group.title}:`)
    for (const [name, schema] of Object.entries(group.variables)) {
      const { description, unit, fromFile } = settingMeta(schema)
      const byDefault = textOfDefault(schema.safeParse(undefined).data)
      const facts = [
        ...(byDefault === ''
          ? []
          : [`default ${byDefault}${unit === undefined ? '' : ` ${unit}`}`]),
        ...(fromFile ? [`or ${name}_FILE`] : []),
      ]
      lines.push(`  ${name}${facts.length === 0 ? '' : ` (${facts.join('; ')})`}`)
      lines.push(`      ${description}`)
    }
  }
  return lines.join('\n')
}
