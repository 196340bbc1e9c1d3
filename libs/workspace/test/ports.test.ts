import { createServer } from 'node:net'
import { isPortFree } from '@millrace/local-stack'
import { expect, onTestFinished, test } from 'vitest'
import { preferredPort } from '../src/ports.ts'

test('a taken port is seen as such, and another one is chosen in its place', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.close()
  })
  const { port } = server.address() as { port: number }
  expect(await isPortFree(port)).toBe(false)
  const other = await preferredPort(port)
  expect(other).not.toBe(port)
  expect(await isPortFree(other)).toBe(true)
  expect(await preferredPort(other)).toBe(other)
})
