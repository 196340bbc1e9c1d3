import { expect, test } from 'vitest'
import { sharedGroups, variableNames } from '../../service/src/index.ts'
import { misspelledVariables, readEnvironment } from '../src/environment.ts'

test('a secret file that is empty or stands beside its value is told with its variable', () => {
  const environment = { MILLRACE_KAFKA_SASL_PASSWORD_FILE: '/run/secrets/kafka' }
  expect(() => readEnvironment(environment, () => '\n')).toThrow(
    'MILLRACE_KAFKA_SASL_PASSWORD_FILE: /run/secrets/kafka is an empty file; it must hold the value',
  )
  const both = { ...environment, MILLRACE_KAFKA_SASL_PASSWORD: 'canary' }
  expect(() => readEnvironment(both, () => 'canary')).toThrow(
    'MILLRACE_KAFKA_SASL_PASSWORD_FILE is set beside MILLRACE_KAFKA_SASL_PASSWORD; set one of the two',
  )
})

test('one line end at the end of a secret file is left out, and nothing else', () => {
  const environment = { MILLRACE_KAFKA_SASL_PASSWORD_FILE: '/run/secrets/kafka' }
  for (const end of ['', '\n', '\r\n']) {
    const { values } = readEnvironment(environment, () => ` pass word ${end}`)
    expect(values['sasl']).toEqual({ password: ' pass word ' })
  }
})

test('a variable that is nearly one of ours is told, and those of other processes are not', () => {
  const misspelled = { MILLRACE_KAFKA_BROKER: 'kafka-1:9092', MILLRACE_KAFKA_SASL_PASSWORT: 'x' }
  expect(misspelledVariables(misspelled)).toEqual([
    'MILLRACE_KAFKA_BROKER is not a setting and has no effect; did you mean MILLRACE_KAFKA_BROKERS?',
    'MILLRACE_KAFKA_SASL_PASSWORT is not a setting and has no effect; did you mean MILLRACE_KAFKA_SASL_PASSWORD?',
  ])
  const others = sharedGroups.flatMap(variableNames).map((name) => [name, 'x'] as const)
  const application = [['MILLRACE_OF_MY_OWN', 'x'] as const]
  expect(misspelledVariables(Object.fromEntries([...others, ...application]))).toEqual([])
})
