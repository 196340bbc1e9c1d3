// While a server starts: whether it answers a real request.
import { connect } from 'node:net'

/** How long one question may take. */
const answerMaxMs = 3_000

/**
 * Asks one broker for the cluster's metadata (Kafka protocol, API key 3, version 1, no topics).
 *
 * @returns how many brokers it knows of, or undefined when it does not answer (yet).
 */
export function countBrokers(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: answerMaxMs })
    const finish = (brokers: number | undefined): void => {
      resolve(brokers)
      socket.destroy()
    }
    let answer = Buffer.alloc(0)
    socket.once('timeout', () => finish(undefined))
    socket.once('connect', () => socket.write(metadataRequest()))
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk])
      // Size, correlation id, number of brokers: four bytes each.
      if (answer.length >= 12) finish(answer.readInt32BE(8))
    })
    socket.once('error', () => finish(undefined))
    socket.once('close', () => finish(undefined))
  })
}

/** Why Elasticsearch is not ready, or undefined when it is: it answers and no primary shard is missing. */
export async function elasticsearchObstacle(url: string): Promise<string | undefined> {
  try {
    // Waiting for yellow, since after a restart the shards of old indices are opened one by one.
    const answer = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=1s`, {
      signal: AbortSignal.timeout(answerMaxMs),
    })
    if (answer.ok) {
      await answer.arrayBuffer()
      return undefined
    }
    const body = (await answer.json()) as { status?: string; unassigned_shards?: number }
    return `its health is ${body.status} with ${body.unassigned_shards} shards not opened`
  } catch {
    return 'it does not answer'
  }
}

function metadataRequest(): Buffer {
  const clientId = Buffer.from('local-stack')
  const body = Buffer.alloc(2 + 2 + 4 + 2 + clientId.length + 4)
  body.writeInt16BE(3, 0)
  body.writeInt16BE(1, 2)
  body.writeInt32BE(1, 4)
  body.writeInt16BE(clientId.length, 8)
  clientId.copy(body, 10)
  body.writeInt32BE(0, 10 + clientId.length)
  const size = Buffer.alloc(4)
  size.writeInt32BE(body.length)
  return Buffer.concat([size, body])
}
