import { expect, test } from 'vitest'
import { sharedGroups, variableNames } from '../../libs/service/src/index.ts'
import { consoleGroups } from '../../services/console/server/config.mts'
import { refusals } from './support/kafka-refusals.ts'
import { examples, rightsOf, securityPage } from './support/security-page.ts'

test('every variable of the examples is a setting', () => {
  const known = new Set([...sharedGroups, consoleGroups.console].flatMap(variableNames))
  const named = examples().flatMap((example) => Object.keys(example))
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((name) => !known.has(name))).toEqual([])
})

test('what the broker is known to refuse is on the page in the words that a person reads', () => {
  const missing = Object.entries(refusals).filter(
    ([, { words }]) => !securityPage.includes(words.replace(/ of \w+ by .*/, '')),
  )
  expect(missing.map(([what]) => what)).toEqual([])
})

test('the table of rights is read as it stands', () => {
  const names = { topic: 'orders' }
  expect(rightsOf('transport', 'ann', names)).toContainEqual({
    user: 'ann',
    resource: 'topic',
    name: 'orders',
    operation: 'Write',
  })
  expect(rightsOf('indexer', 'ann', names).length).toBeGreaterThan(3)
  expect(rightsOf('`millrace setup`', 'ann', names).length).toBeGreaterThan(2)
})
