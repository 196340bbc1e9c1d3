// How far back Elasticsearch goes: what retention has deleted can't be asked for any more.
import { ledgerDataStream } from '@millrace/envelope'
import type { ScanOptions } from './scan.ts'
import type { Horizons } from './sources.ts'

const backingName = /^(?:[a-z]+-)*\.ds-(.+)-\d{4}\.\d{2}\.\d{2}-(\d{6,})$/

/** The data stream of a backing index; the name itself for an index of another make. */
export function streamOf(index: string): string {
  return backingName.exec(index)?.[1] ?? index
}

/** Where the first generation is gone, older lines may be gone with it: the oldest one that is there says since when. */
export async function readHorizons(
  patterns: readonly string[],
  { store, signal }: ScanOptions,
): Promise<Horizons> {
  const { body } = await store.request<Record<string, SettingsAnswer>>({
    method: 'GET',
    path: `/${patterns.map(encodeURIComponent).join(',')}/_settings/index.creation_date`,
    querystring: { ignore_unavailable: true, allow_no_indices: true },
    ...(signal !== undefined && { signal }),
  })
  const oldest = new Map<string, { generation: number; createdAt: number }>()
  for (const [index, answer] of Object.entries(body)) {
    const match = backingName.exec(index)
    const createdAt = Number(answer.settings?.index?.creation_date)
    if (match === null || !Number.isFinite(createdAt)) continue
    const generation = Number(match[2])
    const known = oldest.get(match[1]!)
    if (known === undefined || generation < known.generation) {
      oldest.set(match[1]!, { generation, createdAt })
    }
  }
  const streams = new Map<string, number>()
  for (const [stream, { generation, createdAt }] of oldest) {
    if (generation > 1) streams.set(stream, createdAt)
  }
  const ledgers = streams.get(ledgerDataStream)
  streams.delete(ledgerDataStream)
  return { streams, ledgers }
}

interface SettingsAnswer {
  settings?: { index?: { creation_date?: unknown } }
}
