import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { loadConfig } from '@millrace/service'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { isIgnored } from '../../../../test/compose/support/image.ts'
import { indexerGroups } from '../../src/config.mts'

const folder = join(import.meta.dirname, '../../kubernetes')
const root = join(import.meta.dirname, '../../../..')

// oxlint-disable-next-line no-explicit-any -- manifests, which the schemas below look at
type Manifest = { [key: string]: any }

const read = (path: string): Manifest => parse(readFileSync(join(folder, path), 'utf8')) as Manifest
const files = globSync('*/*.yaml', { cwd: folder }).toSorted()
const manifestFiles = files.filter((path) => basename(path) !== 'kustomization.yaml')
const ofKind = (kind: string): Manifest =>
  manifestFiles.map(read).find((each) => each['kind'] === kind)!

const schemas = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures/schemas.json'), 'utf8'),
) as { kinds: Record<string, object>; $defs: object }
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })

function mistakes(manifest: Manifest): unknown[] {
  const schema = schemas.kinds[manifest['kind'] as string]
  if (schema === undefined) return [`no schema of ${manifest['kind']}`]
  const fits = ajv.compile({ ...schema, $defs: schemas.$defs })
  return fits(manifest) ? [] : (fits.errors ?? [])
}

const deployment = ofKind('Deployment')
const pod = deployment['spec'].template.spec as Manifest
const container = pod['containers'][0] as Manifest
const settings = ofKind('ConfigMap')['data'] as Record<string, string>
const job = ofKind('Job')
const scaled = ofKind('ScaledObject')['spec'] as Manifest
const trigger = scaled['triggers'][0].metadata as Record<string, string>

describe('the manifests', () => {
  it.each(manifestFiles)('%s is what its schema allows', (path) => {
    expect(mistakes(read(path))).toEqual([])
  })

  it.each<[string, Manifest, (manifest: Manifest) => void]>([
    ['a misspelled member', deployment, ({ spec }) => (spec.replcas = 1)],
    [
      'a misspelled probe',
      deployment,
      ({ spec }) => (spec.template.spec.containers[0].readynessProbe = {}),
    ],
    ['a number that is text', deployment, ({ spec }) => (spec.replicas = 'two')],
    [
      'a scaler without its target',
      ofKind('ScaledObject'),
      ({ spec }) => delete spec.scaleTargetRef,
    ],
    ['a misspelled bound', ofKind('ScaledObject'), ({ spec }) => (spec.maxReplicaCont = 3)],
  ])('would not be allowed with %s', (_, manifest, change) => {
    const broken = structuredClone(manifest)
    change(broken)
    expect(mistakes(broken).length).toBeGreaterThan(0)
  })

  it.each(['base', 'keda'])('are all named by the kustomization of their folder: %s', (name) => {
    const { resources } = read(`${name}/kustomization.yaml`) as { resources: string[] }
    const own = manifestFiles.filter((path) => dirname(path) === name).map((path) => basename(path))
    expect(resources.filter((each) => each.endsWith('.yaml')).toSorted()).toEqual(own)
    for (const each of resources) expect(existsSync(join(folder, name, each)), each).toBe(true)
  })

  it('name an image that the kustomization replaces, and programs that it has', () => {
    const names = (read('base/kustomization.yaml')['images'] as Manifest[]).map(
      ({ name }) => name as string,
    )
    for (const { image, command } of [
      container,
      job['spec'].template.spec.containers[0] as Manifest,
    ]) {
      expect(names).toContain(image)
      const [program, file] = command as [string, string]
      expect(program).toBe('node')
      expect(existsSync(join(root, file)) && !isIgnored(file), file).toBe(true)
    }
  })

  it('select by labels that the pods have', () => {
    const { labels } = deployment['spec'].template.metadata as { labels: object }
    for (const selector of [
      deployment['spec'].selector.matchLabels,
      ofKind('Service')['spec'].selector,
      ofKind('PodDisruptionBudget')['spec'].selector.matchLabels,
      pod['topologySpreadConstraints'][0].labelSelector.matchLabels,
    ] as object[]) {
      expect(labels).toMatchObject(selector)
    }
  })

  it('run without privileges', () => {
    for (const spec of [pod, job['spec'].template.spec as Manifest]) {
      expect(spec['securityContext']).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 })
      expect(spec['containers'][0].securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
    }
  })
})

describe('the indexers in Kubernetes', () => {
  const plain = (container['env'] as { name: string; value: string }[]).filter(
    ({ name }) => !name.endsWith('_FILE'),
  )
  const environment = {
    ...settings,
    ...Object.fromEntries(plain.map(({ name, value }) => [name, value])),
  }
  const config = loadConfig(indexerGroups, environment)

  it('have settings that the indexer takes, and secrets only as files of the volume', () => {
    const secretFiles = (container['env'] as { name: string; value: string }[]).filter(({ name }) =>
      name.endsWith('_FILE'),
    )
    expect(secretFiles.length).toBeGreaterThan(0)
    const [{ mountPath }] = container['volumeMounts'] as [{ mountPath: string }]
    for (const { name, value } of secretFiles) {
      expect(value.startsWith(`${mountPath}/`)).toBe(true)
      // That the name is known: a file that is not there is another complaint than an unknown name.
      expect(() => loadConfig(indexerGroups, { ...environment, [name]: '/nowhere' })).toThrow(
        '/nowhere',
      )
    }
    const secrets = Object.keys(environment).filter((name) =>
      /PASSWORD|API_KEY|PASSPHRASE/.test(name),
    )
    expect(secrets).toEqual([])
  })

  it('are probed where they answer', () => {
    expect(container['ports']).toEqual([{ name: 'metrics', containerPort: config.http.port }])
    expect(config.http.host).toBe('0.0.0.0')
    const probes = ['livenessProbe', 'startupProbe', 'readinessProbe'].map(
      (name) => container[name].httpGet as { path: string; port: string },
    )
    expect(probes.map(({ path }) => path)).toEqual(['/healthz', '/healthz', '/readyz'])
    expect(new Set(probes.map(({ port }) => port))).toEqual(new Set(['metrics']))
  })

  it('have time to end by themselves', () => {
    const { seconds } = container['lifecycle'].preStop.sleep as { seconds: number }
    const neededMs = seconds * 1_000 + config.indexer.drainTimeoutMs + 10_000
    expect(pod['terminationGracePeriodSeconds'] * 1_000).toBeGreaterThan(neededMs)
  })

  it('are scaled by the lag of their own group and topic, up to the partitions that setup makes', () => {
    expect(trigger).toMatchObject({
      bootstrapServers: settings['MILLRACE_KAFKA_BROKERS'],
      consumerGroup: config.consumer.group,
      topic: config.kafka.topic,
      offsetResetPolicy: config.consumer.from,
    })
    expect(scaled['scaleTargetRef'].name).toBe(deployment['metadata'].name)
    const command = job['spec'].template.spec.containers[0].command as string[]
    expect(scaled['maxReplicaCount']).toBe(Number(command[command.indexOf('--partitions') + 1]))
    expect(scaled['minReplicaCount']).toBeGreaterThan(
      ofKind('PodDisruptionBudget')['spec'].maxUnavailable as number,
    )
  })
})
