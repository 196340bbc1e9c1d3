// docs/security.md, read for what it tells people to set, so that the tests run exactly that.
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Right } from '../../../libs/kafka/test/support/rights.ts'

export const securityPage = readFileSync(
  join(import.meta.dirname, '../../../docs/security.md'),
  'utf8',
)

const secretsFolder = '/run/secrets/'

/** Variables of every example, in the order of the page. */
export function examples(): Record<string, string>[] {
  return [...securityPage.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) =>
    Object.fromEntries(
      [...block.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
        name,
        value,
      ]),
    ),
  )
}

/**
 * The example that sets `variable`, as it stands on the page but for what is of this machine: secrets lie in
 * `secrets`, and `own` has the addresses.
 */
export function exampleOf(
  variable: string,
  secrets: string,
  own: Record<string, string>,
): Record<string, string> {
  const example = examples().find((each) => variable in each)
  if (example === undefined) throw new Error(`docs/security.md has no example with ${variable}`)
  for (const [name, value] of Object.entries(example)) {
    if (value.startsWith(secretsFolder)) example[name] = join(secrets, basename(value))
  }
  return { ...example, ...own }
}

/** The rights that the page's table says a program needs, for a topic and a group of the test's own. */
export function rightsOf(program: string, user: string, names: { topic: string }): Right[] {
  const row = securityPage.split('\n').find((line) => line.startsWith(`| ${program} |`))
  const cells = row?.split('|').map((cell) => cell.trim()) ?? []
  const { topic } = names
  const places = [
    { resource: 'topic', name: topic },
    { resource: 'topic', name: `${topic}.dead-letter` },
    { resource: 'group', name: topic },
  ] as const
  return places.flatMap((place, index) =>
    (cells[index + 2] ?? '')
      .split(', ')
      .filter((operation) => operation !== '')
      .map((operation) => ({
        user,
        resource: place.resource,
        name: place.name,
        operation: operation as Right['operation'],
      })),
  )
}
