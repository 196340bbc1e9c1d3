// What the schemas of all saved objects are made of.
import { z } from 'zod'

/**
 * `own`: what is ours to ship, in the forms that every Kibana meant takes, and nothing besides. `any`: what Kibana itself
 * exports; unknown keys and kinds pass, what holds together is still judged.
 */
export type Strictness = 'own' | 'any'

/** An object: of ours every key is known. */
export function members<Shape extends z.ZodRawShape>(
  strictness: Strictness,
  shape: Shape,
): z.ZodObject<Shape> {
  return strictness === 'own' ? z.strictObject(shape) : z.looseObject(shape)
}

/** One of ours, or of any at all. */
export function oneOf(strictness: Strictness, ours: readonly string[]): z.ZodType<string> {
  return strictness === 'own' ? z.enum(ours as [string, ...string[]]) : z.string()
}

/** JSON inside of a string, as Kibana keeps what its server does not look into. */
export function jsonText<Content extends z.ZodType>(
  content: Content,
): z.ZodPipe<z.ZodTransform, Content> {
  return z
    .transform((value, context) => {
      if (typeof value !== 'string') {
        context.issues.push({ code: 'custom', message: 'expected JSON in a string', input: value })
        return z.NEVER
      }
      try {
        return JSON.parse(value) as unknown
      } catch (error) {
        const message = `expected JSON: ${(error as Error).message}`
        context.issues.push({ code: 'custom', message, input: value })
        return z.NEVER
      }
    })
    .pipe(content)
}

export const text = z.string().min(1)

export function querySchema(strictness: Strictness): z.ZodType<Query> {
  const language = strictness === 'own' ? z.literal('kuery') : z.string()
  return members(strictness, { query: z.string(), language })
}

/** `language` is kuery for KQL. */
export interface Query {
  query: string
  language: string
}

export const referenceSchema = z.strictObject({ name: text, type: text, id: text })
