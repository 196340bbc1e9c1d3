// Message templates as .NET's structured loggers have them: `Sent {Count} items to {@Target}` (messagetemplates.org).
import { jsonText } from './leftover.ts'
import { isSourceObject, type SourceValue } from './parse-json.ts'

/** A small template can ask for a big value often; past this, holes stay as they are. Unit: characters. */
const filledLengthMax = 1 << 20

const hole = /\{\{|\}\}|\{[@$]?([A-Za-z0-9_.]{1,128})(?:,-?\d{1,4})?(:[^{}]{1,128})?\}/g

/**
 * Fills the holes from the event's properties. `renderings` has the texts of the holes with a format: CLEF's `@r` in
 * their order, the classic form by name. A hole without a value stays as it is.
 */
export function renderTemplate(
  template: string,
  valueOf: (name: string) => SourceValue,
  renderings: SourceValue,
): string {
  let formatted = 0
  let filledLength = 0
  const fill = (whole: string, text: string): string => {
    filledLength += text.length
    return filledLength > filledLengthMax ? whole : text
  }
  return template.replace(hole, (whole: string, name?: string, format?: string) => {
    if (name === undefined) return whole[0]!
    if (format !== undefined) {
      const text = rendering(renderings, name, format, formatted)
      formatted++
      if (text !== undefined) return fill(whole, text)
    }
    const value = valueOf(name)
    if (value === undefined) return whole
    if (filledLength > filledLengthMax) return whole
    return fill(whole, plainText(value))
  })
}

/** Texts and numbers as they are, everything else as JSON. */
export function plainText(value: SourceValue): string {
  if (typeof value === 'string') return value
  return typeof value === 'bigint' ? String(value) : jsonText(value)
}

// oxlint-disable-next-line max-params -- each is a part of the line; an object would be made for every one
function rendering(
  renderings: SourceValue,
  name: string,
  format: string,
  index: number,
): string | undefined {
  if (Array.isArray(renderings)) {
    const text: unknown = renderings[index]
    return typeof text === 'string' ? text : undefined
  }
  const list = isSourceObject(renderings) && Object.hasOwn(renderings, name) ? renderings[name] : []
  if (!Array.isArray(list)) return undefined
  for (const item of list) {
    if (!isSourceObject(item) || item['Format'] !== format.slice(1)) continue
    const { Rendering: text } = item
    if (typeof text === 'string') return text
  }
  return undefined
}
