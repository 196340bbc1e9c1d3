// Which ports the processes of `npm start` listen on.
import { systemRandom } from '@millrace/foundation'
import { freePort, isPortFree } from '@millrace/local-stack'

const handedOut = new Set<number>()

/** The port that people know, or any other when it is taken: run.json and the screen tell which. */
export async function preferredPort(port: number): Promise<number> {
  return (await isPortFree(port)) ? port : freePort(handedOut, systemRandom)
}
