// docker-compose.yml as Compose reads it, alone or with docker-compose.secure.yml: variables put in, merges done.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

export const root = join(import.meta.dirname, '../../..')

export interface ComposeService {
  image: string
  build?: { context: string; dockerfile: string }
  entrypoint?: string[]
  command?: string[]
  environment?: Record<string, string | number>
  ports?: string[]
  volumes?: string[]
  depends_on?: Record<string, { condition: string }>
  restart?: string
  stop_grace_period?: string
  mem_limit?: string
  healthcheck?: { test: string[] }
  [key: string]: unknown
}

export interface Compose {
  name: string
  services: Record<string, ComposeService>
  volumes: Record<string, unknown>
}

export const plainFiles = ['docker-compose.yml']
export const secureFiles = ['docker-compose.yml', 'docker-compose.secure.yml']

const read = (name: string): string => readFileSync(join(root, name), 'utf8')

/** Variable -> default of every `${NAME:-default}`; throws for one that has none: an empty value helps nobody. */
export function variablesOf(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [whole, name = '', fallback] of text.matchAll(/\$\{(\w+)(?::-([^}]*))?\}/g)) {
    if (fallback === undefined) throw new Error(`${whole} has no default`)
    const before = found.get(name)
    if (before !== undefined && before !== fallback) throw new Error(`${name} has two defaults`)
    found.set(name, fallback)
  }
  return found
}

export const composeText = secureFiles.map(read).join('\n')

/** As `docker compose -f FIRST -f SECOND` understands them. */
export function readCompose(
  environment: Readonly<Record<string, string>> = {},
  files: readonly string[] = plainFiles,
): Compose {
  const [first, ...others] = files.map((file) => readOne(file, environment))
  for (const { name, services, volumes } of others) {
    first!.name = name
    Object.assign(first!.volumes, volumes)
    for (const [key, service] of Object.entries(services)) {
      first!.services[key] = merged(first!.services[key], service)
    }
  }
  return first!
}

export function readOne(file: string, environment: Readonly<Record<string, string>> = {}): Compose {
  const text = read(file).replaceAll(
    /\$\{(\w+):-([^}]*)\}/g,
    (_, name: string, fallback: string) => environment[name] ?? fallback,
  )
  return parse(text, { merge: true }) as Compose
}

/** Maps are merged, volumes are added, the rest is replaced (Compose Specification, 13). */
function merged(under: ComposeService | undefined, over: ComposeService): ComposeService {
  if (under === undefined) return over
  const merge = <T extends object>(left?: T, right?: T): T | undefined =>
    left === undefined && right === undefined ? undefined : ({ ...left, ...right } as T)
  const volumes = [...(under.volumes ?? []), ...(over.volumes ?? [])]
  const dependencies = merge(under.depends_on, over.depends_on)
  const healthcheck = merge(under.healthcheck, over.healthcheck)
  return {
    ...under,
    ...over,
    environment: { ...under.environment, ...over.environment },
    ...(volumes.length > 0 && { volumes }),
    ...(dependencies !== undefined && { depends_on: dependencies }),
    ...(healthcheck !== undefined && { healthcheck }),
  }
}

export function exampleEnvironment(): Map<string, string> {
  const lines = read('.env.example').split('\n')
  return new Map(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split('=', 2) as [string, string]),
  )
}

/** `45s`, `2m`. Unit of the answer: ms. */
export function durationMs(text: string): number {
  const [, count, unit] = /^(\d+)(s|m)$/.exec(text) ?? []
  if (count === undefined) throw new Error(`no duration: ${text}`)
  return Number(count) * (unit === 'm' ? 60_000 : 1_000)
}
