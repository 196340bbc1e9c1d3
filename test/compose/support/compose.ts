// docker-compose.yml as Compose reads it: variables put in, merges done.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

export const root = join(import.meta.dirname, '../../..')

export interface ComposeService {
  image: string
  build?: { context: string; dockerfile: string }
  command?: string[]
  environment: Record<string, string | number>
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

export const composeText = read('docker-compose.yml')

export function readCompose(environment: Readonly<Record<string, string>> = {}): Compose {
  const text = composeText.replaceAll(
    /\$\{(\w+):-([^}]*)\}/g,
    (_, name: string, fallback: string) => environment[name] ?? fallback,
  )
  return parse(text, { merge: true }) as Compose
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
