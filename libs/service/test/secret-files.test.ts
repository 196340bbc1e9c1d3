import { ConfigError } from '@millrace/foundation'
import { expect, test } from 'vitest'
import { type Environment, loadConfig, settingMeta, sharedGroups } from '../src/index.ts'

/** Every variable that can also be given as a file, of every process. */
const fromFile = sharedGroups.flatMap((group) =>
  Object.entries(group.variables).flatMap(([name, schema]) =>
    settingMeta(schema).fromFile ? [name] : [],
  ),
)
const secrets = sharedGroups.flatMap((group) =>
  Object.entries(group.variables).flatMap(([name, schema]) =>
    settingMeta(schema).secret ? [name] : [],
  ),
)

const groups = Object.fromEntries(sharedGroups.map((group) => [group.title, group]))

function messageOf(environment: Environment, readFile: (path: string) => string): string {
  try {
    loadConfig(groups, environment, { readFile })
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'the environment was accepted'
}

function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: canary`), { code })
}

test('passwords, keys and passphrases are secrets, and only they', () => {
  const named = sharedGroups
    .flatMap((group) => Object.keys(group.variables))
    .filter((name) => /PASSWORD|API_KEY|TLS_KEY|PASSPHRASE/.test(name))
  expect(secrets).toEqual(named)
  expect(secrets.length).toBeGreaterThanOrEqual(5)
  expect(fromFile).toEqual(expect.arrayContaining(secrets))
})

test.each(fromFile)(
  '%s_FILE that is missing, unreadable, a folder or empty is named with its path',
  (name) => {
    const variable = `${name}_FILE`
    const environment = { [variable]: '/run/secrets/it' }
    for (const code of ['ENOENT', 'EACCES', 'EISDIR']) {
      const message = messageOf(environment, () => {
        throw systemError(code)
      })
      expect(message).toBe(
        `One setting is wrong:\n  ${variable} is "/run/secrets/it", which can't be read (${code}); it must be a readable file.`,
      )
    }
    for (const text of ['', '\n', '\r\n']) {
      expect(messageOf(environment, () => text)).toContain(
        `${variable} is "/run/secrets/it", an empty file; it must hold the value.`,
      )
    }
  },
)

test.each(fromFile)('%s beside its file is an error that shows neither', (name) => {
  const environment = { [name]: 'canary', [`${name}_FILE`]: '/run/secrets/it' }
  const message = messageOf(environment, () => 'canary')
  expect(message).toContain(`${name}_FILE is set beside ${name}; set one of the two.`)
  expect(message).not.toContain('canary')
})

test.each(secrets.filter((name) => !name.endsWith('TLS_KEY')))(
  '%s_FILE with a second line is an error that does not show it',
  (name) => {
    const environment = { [`${name}_FILE`]: '/run/secrets/it' }
    for (const text of ['canary\nagain\n', 'canary\n\n', 'canary\0']) {
      const message = messageOf(environment, () => text)
      expect(message).toMatch(
        new RegExp(`${name}_FILE names a file with something else; .*one line`),
      )
      expect(message).not.toContain('canary')
    }
  },
)

test('one line end at the end of the file is left out, and nothing else', () => {
  const values = ['pass word ', ' p', 'pässword=:,"\'$']
  for (const value of values) {
    for (const end of ['', '\n', '\r\n']) {
      const config = loadConfig(
        { elasticsearch: sharedGroups.find(({ title }) => title === 'Elasticsearch')! },
        {
          MILLRACE_ELASTICSEARCH_USERNAME: 'ann',
          MILLRACE_ELASTICSEARCH_PASSWORD_FILE: '/run/secrets/it',
        },
        { readFile: () => value + end },
      )
      expect(config.elasticsearch).toMatchObject({ password: value })
    }
  }
})
