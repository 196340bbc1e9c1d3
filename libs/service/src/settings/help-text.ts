// Configuration, as `--help` prints it: from the same declarations that read the settings.
import { settingMeta } from './config-setting.ts'
import { type Groups, textOfDefault } from './load-config.ts'

/** Every setting of the groups with its default and meaning, below the given lines. */
export function settingsHelp(head: readonly string[], groups: Groups): string {
  const lines = [...head]
  for (const group of Object.values(groups)) {
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
