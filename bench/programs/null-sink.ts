// A `_bulk` that keeps nothing: a process of its own, so that what it costs is not the measured program's.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { answerBulk } from '../indexer/answer-bulk.ts'
import { type AnswerShape, answerShape } from '../indexer/bulk-answers.ts'
import { ReusedBytes } from '../indexer/reused-bytes.ts'
import type { SinkMark, SinkNews, SinkOrder, SinkWord } from '../indexer/sink-protocol.ts'
import { DocumentsDigest } from '../lines/documents-digest.ts'
import { cpuSecondsOf } from '../process-usage.ts'

/** Shorter times between two bulks are how bulks come. */
const gapMinMs = 500
const startedAtMs = Date.now()
let order: SinkOrder = { pids: [], documents: Number.POSITIVE_INFINITY, delayMs: 0, digests: false }
/** Without those that came again, where ids are read. */
let documents = 0
let sent = 0
let requests = 0
let bodyBytes = 0
let inFlight = 0
let lastBulkAt = 0
let longestGapMs = 0
let gapsMs = 0
let first: SinkMark | undefined
let isDone = false
let ids: Set<string> | undefined
let digest: DocumentsDigest | undefined
let cpuAtOrder = 0
/** Templates, kept as they are put: the indexer installs and checks them. */
const kept = new Map<string, unknown>()
const shapes = new Map<string, AnswerShape>()

const server = createServer((request, response) => {
  const received = ReusedBytes.take()
  request.on('data', (chunk: Buffer) => received.append(chunk))
  request.on('error', () => response.destroy())
  request.on('end', () => {
    answer(request, response, received.written)
    received.giveBack()
  })
})
// A pool that is idle between two rounds must find its connections alive.
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null)
    tell({ kind: 'listening', port: address.port })
})

process.on('message', (word: SinkWord) => {
  if (word.kind === 'begin') begin(word)
  else order = { ...order, documents: word.documents }
  mark()
})
process.on('disconnect', () => process.exit())
setInterval(() => tell({ kind: 'progress', documents }), 1000)

function begin(ordered: SinkOrder): void {
  order = ordered
  documents = 0
  sent = 0
  requests = 0
  bodyBytes = 0
  lastBulkAt = 0
  longestGapMs = 0
  gapsMs = 0
  first = undefined
  isDone = false
  ids = ordered.tracksIds === true ? new Set() : undefined
  digest = ordered.digests ? new DocumentsDigest() : undefined
  cpuAtOrder = cpuSecondsOf(process.pid)
  tell({ kind: 'ready' })
}

function answer(request: IncomingMessage, response: ServerResponse, received: Buffer): void {
  const url = new URL(request.url ?? '/', 'http://sink')
  if (!url.pathname.endsWith('/_bulk')) {
    const { status, body } = answerOther(request.method ?? 'GET', url.pathname, received)
    reply(response, status, Buffer.from(JSON.stringify(body)))
    return
  }
  inFlight += 1
  noteGap()
  const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(received) : received
  const written = ReusedBytes.take()
  // The socket may take the answer later than it is given.
  response.on('close', () => written.giveBack())
  takeBulk(body, written, {
    shape: shapeOf(url.searchParams.get('filter_path')),
    index: /^\/([^/]+)\/_bulk$/.exec(url.pathname)?.[1],
  })
  const finish = (): void => {
    inFlight -= 1
    reply(response, 200, written.written)
    mark()
  }
  if (order.delayMs === 0) finish()
  else setTimeout(finish, order.delayMs)
}

function noteGap(): void {
  const now = performance.now()
  const gap = lastBulkAt === 0 ? 0 : now - lastBulkAt
  lastBulkAt = now
  longestGapMs = Math.max(longestGapMs, gap)
  if (gap > gapMinMs) gapsMs += gap
}

function shapeOf(filterPath: string | null): AnswerShape {
  const key = filterPath ?? '\n'
  let shape = shapes.get(key)
  if (shape === undefined) {
    shape = answerShape(filterPath)
    shapes.set(key, shape)
  }
  return shape
}

/** Counts and answers; documents are read in a digest pass only. */
function takeBulk(
  body: Buffer,
  written: ReusedBytes,
  like: { shape: AnswerShape; index: string | undefined },
): void {
  requests += 1
  bodyBytes += body.length
  sent += answerBulk(body, written, {
    ...like,
    firstNumber: sent,
    onItem({ idStart, idEnd, documentStart, documentEnd }) {
      if (idEnd > idStart) ids?.add(body.toString('latin1', idStart, idEnd))
      digest?.add(JSON.parse(body.toString('utf8', documentStart, documentEnd)) as object)
    },
  })
  documents = ids?.size ?? sent
  first ??= markNow()
}

function markNow(): SinkMark {
  return {
    atMs: performance.timeOrigin + performance.now(),
    cpuSeconds: order.pids.map(cpuSecondsOf),
    documents,
  }
}

function mark(): void {
  if (isDone || documents < order.documents || inFlight > 0 || first === undefined) return
  isDone = true
  tell({
    kind: 'done',
    first,
    last: markNow(),
    sent,
    longestGapMs,
    gapsMs,
    requests,
    bodyBytes,
    ...(digest === undefined ? {} : { digest: digest.summary() }),
    sinkCpuSeconds: cpuSecondsOf(process.pid) - cpuAtOrder,
  })
}

/** What the indexer and the client ask besides: templates, backing indices, health. */
function answerOther(
  method: string,
  path: string,
  received: Buffer,
): { status: number; body: unknown } {
  const template = /^\/_(component|index)_template\/([^/_][^/]*)$/.exec(path)
  if (template !== null && method === 'PUT') {
    kept.set(path, JSON.parse(received.toString()))
    return { status: 200, body: { acknowledged: true } }
  }
  if (template !== null) {
    const kind = `${template[1]}_template`
    const found = kept.get(path)
    if (found === undefined) return { status: 404, body: {} }
    return { status: 200, body: { [`${kind}s`]: [{ name: template[2], [kind]: found }] } }
  }
  if (path.startsWith('/_resolve/')) return { status: 200, body: { data_streams: [] } }
  const settings = /^\/([^/]+)\/_settings\//.exec(path)
  if (settings !== null) {
    const index = { settings: { index: { creation_date: String(startedAtMs) } } }
    return { status: 200, body: { [`.ds-${settings[1]}-2026.01.02-000001`]: index } }
  }
  return { status: 200, body: {} }
}

function reply(response: ServerResponse, status: number, bytes: Buffer): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    'x-elastic-product': 'Elasticsearch',
  })
  response.end(bytes)
}

function tell(news: SinkNews): void {
  process.send?.(news)
}
