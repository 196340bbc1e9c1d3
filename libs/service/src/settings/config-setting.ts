// Configuration, one setting: the text of a variable becomes a typed value, or a sentence that says what would be right.
import { z } from 'zod'

/** A schema that reads the text of one environment variable; `undefined` stands for "not set". */
export type SettingSchema<Value = unknown> = z.ZodType<Value, string | undefined>

/** What is said about a setting, in messages and in docs/configuration.md. */
export interface SettingMeta {
  description: string
  unit?: string
  /** Completes "it must be …". */
  accepts: string
  /** Never shown, and can also be given as the path of a file in `<NAME>_FILE`. */
  secret: boolean
  /** Can also be given as the path of a file in `<NAME>_FILE`. */
  fromFile: boolean
}

/** Any line of 1 to `maxLength` characters, or a text of the given shape. */
export function text(
  options: { accepts?: string; pattern?: RegExp; maxLength?: number } = {},
): z.ZodType<string, string> {
  // A password file with two lines in it is a mistake that no server would explain.
  const { pattern = /^\P{Cc}*$/u, maxLength = 1024 } = options
  const accepts = options.accepts ?? `a text of 1 to ${maxLength} characters in one line`
  const matches = (value: string): boolean => value.length <= maxLength && pattern.test(value)
  return z.string().refine(matches, accepts).meta({ accepts })
}

/** Decimal digits only: no sign but `-`, no fraction, no exponent, no blanks. */
export function integer(options: { min: number; max: number }): z.ZodType<number, string> {
  const accepts = `an integer from ${options.min} to ${options.max}`
  return convert(accepts, (value) => {
    const number = /^-?\d{1,16}$/.test(value) ? Number(value) : Number.NaN
    return number >= options.min && number <= options.max ? number : undefined
  })
}

/** `true` or `false`, spelled so. */
export function boolean(): z.ZodType<boolean, string> {
  return convert('true or false', (value) =>
    value === 'true' ? true : value === 'false' ? false : undefined,
  )
}

export function oneOf<const Choice extends string>(
  choices: readonly Choice[],
): z.ZodType<Choice, string> {
  return convert(`one of ${choices.join(', ')}`, (value) =>
    choices.find((choice) => choice === value),
  )
}

/** Parts between commas, blanks around each removed. An empty part is an error. */
export function list<Item>(
  item: z.ZodType<Item, string>,
  options: { accepts: string; max?: number },
): z.ZodType<Item[], string> {
  return convert(options.accepts, (value) => {
    const parts = value.split(',').map((part) => item.safeParse(part.trim()))
    if (parts.length > (options.max ?? 64)) return undefined
    const items = parts.flatMap((part) => (part.success ? [part.data] : []))
    return items.length === parts.length ? items : undefined
  })
}

/** An http or https address without credentials, query or fragment. */
export function httpUrl(accepts: string): z.ZodType<string, string> {
  return convert(accepts, (value) => {
    if (!URL.canParse(value)) return undefined
    const url = new URL(value)
    const isPlain = url.username === '' && url.password === '' && url.search === ''
    return /^https?:$/.test(url.protocol) && isPlain && url.hash === '' ? value : undefined
  })
}

/** Describes a setting; the last step of its declaration. */
export function setting<Schema extends SettingSchema>(
  schema: Schema,
  meta: { description: string; unit?: string; secret?: boolean; fromFile?: boolean },
): Schema {
  return schema.meta(meta)
}

/** What was said about the setting, by its outermost schema and by those that it wraps. */
export function settingMeta(schema: SettingSchema): SettingMeta {
  const meta: Record<string, unknown> = {}
  let current: z.ZodType | undefined = schema
  while (current !== undefined) {
    for (const [name, value] of Object.entries(current.meta() ?? {})) meta[name] ??= value
    current = (current.def as { innerType?: z.ZodType }).innerType
  }
  const secret = meta['secret'] === true
  return {
    description: textIn(meta, 'description'),
    ...(typeof meta['unit'] === 'string' ? { unit: meta['unit'] } : {}),
    accepts: textIn(meta, 'accepts'),
    secret,
    fromFile: secret || meta['fromFile'] === true,
  }
}

function textIn(meta: Record<string, unknown>, name: string): string {
  const value = meta[name]
  return typeof value === 'string' ? value : ''
}

function convert<Value>(
  accepts: string,
  read: (value: string) => Value | undefined,
): z.ZodType<Value, string> {
  return z
    .string()
    .transform((value, context) => {
      const result = read(value)
      if (result !== undefined) return result
      context.addIssue({ code: 'custom', message: accepts })
      return z.NEVER
    })
    .meta({ accepts })
}
