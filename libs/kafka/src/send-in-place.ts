// A request whose bytes are there already, through the client's own connection and queue.
import type { KafkaBroker, KafkaRequest } from './kafkajs-types.ts'

/**
 * Sends a request whose bytes are there already. The client itself would copy them twice, into memory that it fills
 * with zeros first, which costs more than all else that is done with a batch; its queue, limits and answers are used.
 * @param write called once the connection is there; what it returns goes out as it is.
 */
export async function sendInPlace(
  broker: KafkaBroker,
  { request, response }: KafkaRequest,
  write: (correlationId: number, clientId: string) => Uint8Array,
): Promise<unknown> {
  const connection = await broker.connectionPool.getConnection()
  if (!connection.isAuthenticated()) await connection.authenticate()
  connection.failIfNotConnected()
  const { apiKey, apiName, apiVersion } = request
  const correlationId = connection.nextCorrelationId()
  const bytes = write(correlationId, connection.clientId)
  const { payload } = await new Promise<{ payload: Buffer }>((resolve, reject) => {
    connection.requestQueue.push({
      entry: { apiKey, apiName, apiVersion, correlationId, resolve, reject },
      expectResponse: true,
      requestTimeout: null,
      sendRequest: () => connection.socket?.write(bytes),
    })
  })
  const decoded = (await response.decode(payload)) as { clientSideThrottleTime?: number }
  connection.requestQueue.maybeThrottle(decoded.clientSideThrottleTime)
  return response.parse(decoded as never)
}
