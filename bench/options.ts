// What a benchmark can be told on the command line, beside --json.
import { parseArgs } from 'node:util'

export interface NumberOption {
  kind: 'number'
  default: number
  min: number
  max: number
  description: string
}

/** How often everything is measured. */
export const roundsOption = (description: string): NumberOption => ({
  kind: 'number',
  default: 3,
  min: 1,
  max: 20,
  description,
})

/** Comma-separated; each of the choices, or some. */
export interface ListOption {
  kind: 'list'
  choices: readonly string[]
  /** Default: all choices. */
  default?: readonly string[]
  description: string
}

/** A path that the benchmark writes to; none by default. */
export interface FileOption {
  kind: 'file'
  description: string
}

export type BenchmarkOption = NumberOption | ListOption | FileOption
export type BenchmarkOptions = Readonly<Record<string, BenchmarkOption>>

export interface OptionValues {
  number(name: string): number
  list(name: string): readonly string[]
  file(name: string): string | undefined
}

/** A person's mistake on the command line; its message is one sentence. */
export class OptionError extends Error {}

export interface GivenOptions {
  values: OptionValues
  json: boolean
  help: boolean
  /** A Markdown page that takes the report. */
  page: string | undefined
}

/**
 * @param flags without the benchmark's name
 * @throws OptionError
 */
export function readOptions(declared: BenchmarkOptions, flags: readonly string[]): GivenOptions {
  const values = parse(declared, flags)
  const numbers = new Map<string, number>()
  const lists = new Map<string, readonly string[]>()
  const files = new Map<string, string | undefined>()
  for (const [name, option] of Object.entries(declared)) {
    const given = values[name]
    const text = typeof given === 'string' ? given : undefined
    if (option.kind === 'number') numbers.set(name, numberOf(name, option, text))
    else if (option.kind === 'file') files.set(name, text)
    else lists.set(name, listOf(name, option, text))
  }
  return {
    json: values['json'] === true,
    help: values['help'] === true,
    page: typeof values['page'] === 'string' ? values['page'] : undefined,
    values: {
      number: (name) => numbers.get(name)!,
      list: (name) => lists.get(name)!,
      file: (name) => files.get(name),
    },
  }
}

/** One line for each option, for --help. */
export function describeOptions(declared: BenchmarkOptions): string[] {
  return Object.entries(declared).map(([name, option]) => {
    const flag = `--${name} ${{ number: 'N', list: 'LIST', file: 'FILE' }[option.kind]}`
    return `${flag.padEnd(26)}${option.description}${usualOf(option)}`
  })
}

function usualOf(option: BenchmarkOption): string {
  if (option.kind === 'file') return ''
  if (option.kind === 'number') return ` Default: ${option.default}.`
  const { choices } = option
  const others = option.default === undefined ? '' : ` Of ${choices.join(',')}.`
  return `${others} Default: ${(option.default ?? choices).join(',')}.`
}

function parse(
  declared: BenchmarkOptions,
  flags: readonly string[],
): Readonly<Record<string, string | boolean | undefined>> {
  const strings = Object.fromEntries(
    Object.keys(declared).map((name) => [name, { type: 'string' as const }]),
  )
  try {
    return parseArgs({
      args: [...flags],
      options: {
        ...strings,
        json: { type: 'boolean' },
        page: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    // Node's own words name the option; what follows the first sentence is about positional arguments.
    throw new OptionError((error as Error).message.split(/\. |\n/)[0]!.replace(/^U/, 'u'))
  }
}

function numberOf(name: string, option: NumberOption, text: string | undefined): number {
  if (text === undefined) return option.default
  const value = Number(text.replaceAll('_', ''))
  if (text !== '' && Number.isInteger(value) && value >= option.min && value <= option.max) {
    return value
  }
  throw new OptionError(
    `--${name} must be an integer from ${option.min} to ${option.max}, got ${JSON.stringify(text)}`,
  )
}

function listOf(name: string, option: ListOption, text: string | undefined): readonly string[] {
  if (text === undefined) return option.default ?? option.choices
  const wanted = text.split(',').filter((part) => part !== '')
  const wrong = wanted.find((part) => !option.choices.includes(part))
  if (wanted.length > 0 && wrong === undefined) {
    return option.choices.filter((choice) => wanted.includes(choice))
  }
  throw new OptionError(
    `--${name} must name some of ${option.choices.join(', ')}, got ${JSON.stringify(wrong ?? text)}`,
  )
}
