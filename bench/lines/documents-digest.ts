// Equal work: one figure for what all documents of a run say in fifteen fields, in whatever order they came.
/** What every measured program must make of a line; absent ones count as such. */
export const mappedFields = [
  '@timestamp',
  'message',
  'log.level',
  'process.pid',
  'host.hostname',
  'service.name',
  'trace.id',
  'event.duration',
  'url.path',
  'client.ip',
  'http.request.id',
  'http.request.method',
  'http.response.status_code',
  'error.type',
  'error.message',
] as const

export interface DigestSummary {
  documents: number
  /** Of whole documents. */
  whole: string
  /** Of each field's values alone, so that a difference has a name. */
  fields: Record<string, string>
}

/** `a.b.c`: its names, and what is left from each of them on (`a.b.c`, `b.c`, `c`). */
interface Path {
  names: readonly string[]
  rests: readonly string[]
}

const paths: readonly Path[] = mappedFields.map((field) => {
  const names = field.split('.')
  return { names, rests: names.map((_, place) => names.slice(place).join('.')) }
})

/** Sums the hashes of documents: the order does not matter, a missing, doubled or changed document does. */
export class DocumentsDigest {
  #documents = 0
  readonly #whole = new HashSum()
  readonly #fields = mappedFields.map(() => new HashSum())

  add(document: object): void {
    const whole: Hash = [seeds[0], seeds[1]]
    for (let place = 0; place < mappedFields.length; place++) {
      const field = mappedFields[place]!
      const text = valueText(field, valueAt(document, paths[place]!))
      const own: Hash = [seeds[0], seeds[1]]
      mix(own, text)
      this.#fields[place]!.add(own)
      mix(whole, text)
      // So that no value can pass for a part of its neighbour.
      mix(whole, '\n')
    }
    this.#whole.add(whole)
    this.#documents += 1
  }

  summary(): DigestSummary {
    const fields = mappedFields.map((field, place) => [field, this.#fields[place]!.text])
    return {
      documents: this.#documents,
      whole: this.#whole.text,
      fields: Object.fromEntries(fields) as Record<string, string>,
    }
  }
}

/** One sentence, or nothing where both say the same. */
export function digestDifference(wanted: DigestSummary, found: DigestSummary): string | undefined {
  if (wanted.whole === found.whole && wanted.documents === found.documents) return undefined
  if (wanted.documents !== found.documents) {
    return `${found.documents} documents arrived, ${wanted.documents} would be right`
  }
  const differing = mappedFields.filter((field) => wanted.fields[field] !== found.fields[field])
  return differing.length === 0
    ? 'its documents have the right values, in other combinations'
    : `its documents differ in ${differing.join(', ')}`
}

/** A member under its dotted name, or under objects in each other, as Elasticsearch reads both alike. */
function valueAt(document: object, path: Path): unknown {
  let value: unknown = document
  for (let place = 0; place < path.names.length; place++) {
    if (typeof value !== 'object' || value === null) return undefined
    const members = value as Record<string, unknown>
    const dotted = members[path.rests[place]!]
    if (dotted !== undefined) return dotted
    value = members[path.names[place]!]
  }
  return undefined
}

/** Numbers may come as text, times in milliseconds or as ISO 8601: the mapping of Elasticsearch makes them the same. */
function valueText(field: (typeof mappedFields)[number], value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (field !== '@timestamp') return text
  return String(/^\d+$/.test(text) ? Number(text) : Date.parse(text))
}

type Hash = [number, number]
const seeds: Readonly<Hash> = [0x811c_9dc5, 0x9747_b28c]

/** Two runs of FNV-1a over UTF-16 units, with different primes: quick, and against accidents, not against malice. */
function mix(hash: Hash, text: string): void {
  let [one, other] = hash
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    one = Math.imul(one ^ unit, 0x0100_0193)
    other = Math.imul(other ^ unit, 0x5bd1_e995)
    other ^= other >>> 15
  }
  hash[0] = one >>> 0
  hash[1] = other >>> 0
}

/** Sums, modulo 2^48. */
class HashSum {
  #one = 0
  #other = 0

  add([one, other]: Hash): void {
    this.#one = (this.#one + one) % 2 ** 48
    this.#other = (this.#other + other) % 2 ** 48
  }

  get text(): string {
    return `${this.#one.toString(16)}-${this.#other.toString(16)}`
  }
}
