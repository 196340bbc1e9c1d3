import { readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createKibanaClient, KibanaError, type KibanaSettings } from '../../src/index.ts'
import {
  type DoubleOptions,
  type KibanaDouble,
  startKibanaDouble,
} from '../support/kibana-double.ts'
import { type OpenObject, parseNdjson, shippedFile } from '../support/shipped.ts'

const shipped = readFileSync(shippedFile, 'utf8')
const names = parseNdjson(shipped).map(({ type, id }) => `${type}:${id}`)
const apiKey = 'c2VjcmV0LWtleS1vZi1hLXRlc3Q='

function clientOf(settings: KibanaSettings, onWaiting?: (reason: string) => void) {
  const client = createKibanaClient(settings, onWaiting === undefined ? {} : { onWaiting })
  onTestFinished(() => client.close())
  return client
}

async function startWith(options: DoubleOptions = {}, settings: Partial<KibanaSettings> = {}) {
  const kibana = await startKibanaDouble(options)
  return { kibana, client: clientOf({ url: kibana.url, ...settings }) }
}

async function failureOf(work: Promise<unknown>): Promise<KibanaError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(KibanaError)
  expect((error as KibanaError).message).not.toContain(apiKey)
  return error as KibanaError
}

const changed = (change: (objects: OpenObject[]) => void): string => {
  const objects = parseNdjson(shipped)
  change(objects)
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('')
}

const storedIn = ({ stored }: KibanaDouble, space = 'default'): string[] => [
  ...stored.get(space)!.keys(),
]

describe('an import', () => {
  it('creates everything, and overwrites it the next time', async () => {
    const { kibana, client } = await startWith()
    const first = await client.importObjects(shipped)
    expect(first.ok).toBe(true)
    expect(first.imported.map(({ type, id }) => `${type}:${id}`)).toEqual(names)
    expect(new Set(first.imported.map(({ action }) => action))).toEqual(new Set(['created']))
    const second = await client.importObjects(shipped)
    expect(second.ok).toBe(true)
    expect(new Set(second.imported.map(({ action }) => action))).toEqual(new Set(['updated']))
    expect(storedIn(kibana)).toEqual(names)
  })

  it.each<[string, Partial<KibanaSettings>, string]>([
    ['an API key', { apiKey }, `ApiKey ${apiKey}`],
    [
      'a user and a password',
      { username: 'elastic', password: 'pässwort' },
      `Basic ${Buffer.from('elastic:pässwort').toString('base64')}`,
    ],
  ])('logs in with %s', async (_, login, authorization) => {
    const { client } = await startWith({ authorization }, login)
    expect(await client.untilReady()).toBe('9.0.1')
    expect((await client.importObjects(shipped)).ok).toBe(true)
  })

  it('goes into the space, below the base path', async () => {
    const options = { basePath: '/kibana', spaces: ['team-a'] }
    const { kibana, client } = await startWith(options, { space: 'team-a' })
    expect((await client.importObjects(shipped)).ok).toBe(true)
    expect(storedIn(kibana, 'team-a')).toEqual(names)
    expect(storedIn(kibana)).toEqual([])
    expect(kibana.requests).toEqual([
      'POST /kibana/s/team-a/api/saved_objects/_import?overwrite=true',
    ])
    expect((await client.checkObjects(shipped)).every(({ state }) => state === 'same')).toBe(true)
  })

  it('says which objects lack what they refer to, and that none was imported', async () => {
    const { kibana, client } = await startWith()
    const outcome = await client.importObjects(changed((objects) => objects.splice(0, 1)))
    expect(outcome.ok).toBe(false)
    expect(outcome.imported).toEqual([])
    expect(outcome.failed[0]).toEqual({
      type: 'search',
      id: 'millrace-errors',
      reason: 'it refers to index-pattern millrace-logs, which is not there',
    })
    expect(storedIn(kibana)).toEqual([])
  })

  it('says which objects Kibana does not know, and imports the others', async () => {
    const { kibana, client } = await startWith()
    const alien = {
      type: 'alerting_rule_template',
      id: 'a',
      attributes: {},
      references: [],
      typeMigrationVersion: '10.1.0',
    }
    const outcome = await client.importObjects(`${shipped}${JSON.stringify(alien)}\n`)
    expect(outcome).toMatchObject({
      ok: false,
      failed: [
        {
          type: 'alerting_rule_template',
          id: 'a',
          reason: 'this Kibana does not know objects of this type',
        },
      ],
    })
    expect(outcome.imported.length).toBe(names.length)
    expect(storedIn(kibana)).toEqual(names)
  })

  it("says Kibana's own words of an object that does not fit its schema", async () => {
    const { client } = await startWith()
    const broken = changed((objects) => (objects.at(-1)!.attributes['panelsJSON'] = []))
    const { ok, failed } = await client.importObjects(broken)
    expect({ ok, failed }).toEqual({
      ok: false,
      failed: [
        {
          type: 'dashboard',
          id: 'millrace-pipeline-health',
          reason:
            '[attributes.panelsJSON]: expected value of type [string] but got [Object]: Bad Request',
        },
      ],
    })
  })

  it.each<[string, (objects: OpenObject[]) => void, string]>([
    [
      'a version that is too new',
      (objects) => (objects.at(-1)!['typeMigrationVersion'] = '10.99.0'),
      'with 422: Document "millrace-pipeline-health" belongs to a more recent version of Kibana [10.99.0]',
    ],
    [
      'no version',
      (objects) => delete objects.at(-1)!['typeMigrationVersion'],
      'with 500: Cannot read properties of undefined',
    ],
    [
      'an object twice',
      (objects) => objects.push(objects[0]!),
      'with 400: Non-unique import objects detected: [index-pattern:millrace-logs]',
    ],
  ])('with %s is refused as a whole', async (_, change, text) => {
    const { kibana, client } = await startWith()
    const failure = await failureOf(client.importObjects(changed(change)))
    expect(failure.message).toContain(text)
    expect(failure.code).toBe('MILLRACE_KIBANA_REFUSED')
    expect(storedIn(kibana)).toEqual([])
  })

  it('of a file without objects is nothing', async () => {
    const { client } = await startWith()
    expect(await client.importObjects('')).toEqual({ ok: true, imported: [], failed: [] })
  })

  it.each<[string, DoubleOptions, Partial<KibanaSettings>, string]>([
    [
      'a wrong key',
      { authorization: 'ApiKey other' },
      { apiKey },
      '401: [security_exception]: unable to authenticate; see MILLRACE_KIBANA_API_KEY',
    ],
    [
      'too few privileges',
      { authorization: `ApiKey ${apiKey}`, mayWrite: false },
      { apiKey },
      '403: Unable to bulk_create dashboard,index-pattern,search; the account needs All on Saved Objects',
    ],
    [
      'a space that is not there',
      {},
      { space: 'team-b' },
      '404: space team-b not found; is there a space team-b',
    ],
    [
      'a proxy that wants a login',
      {
        instead(_, reply) {
          void reply.redirect('https://login.example/', 302)
          return true
        },
      },
      {},
      'with 302, and points to https://login.example/',
    ],
    [
      'half an answer',
      {
        instead(_, reply) {
          void reply.type('application/json').send('{"success":tr')
          return true
        },
      },
      {},
      'answered the import with something else: {"success":tr',
    ],
    [
      "a server's page",
      {
        instead(_, reply) {
          void reply.type('text/html').send('<html>\n<body>It works!</body></html>')
          return true
        },
      },
      {},
      'with something else: <html> <body>It works!</body></html>',
    ],
  ])('meets %s and says so in one line', async (_, options, settings, text) => {
    const { client } = await startWith(options, settings)
    const { message } = await failureOf(client.importObjects(shipped))
    expect(message).toContain(text)
    expect(message).not.toContain('\n')
  })

  it('ends with an answer that is larger than the bound, and with none that comes in time', async () => {
    const large = await startWith(
      {
        instead(_, reply) {
          void reply.send('x'.repeat(10_000))
          return true
        },
      },
      { answerBytesMax: 1_000 },
    )
    expect((await failureOf(large.client.importObjects(shipped))).message).toContain(
      'answered with more than 1000 bytes',
    )
    const silent = await startWith({ instead: () => true }, { requestTimeoutMs: 200 })
    const failure = await failureOf(silent.client.importObjects(shipped))
    expect(failure.message).toContain('no answer within 0.2 s')
    expect(failure.retryable).toBe(true)
  })
})
