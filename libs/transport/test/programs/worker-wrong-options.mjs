// Wrong options, and a service that listens for errors of its transport.
import pino from 'pino'
const transport = pino.transport({ target: '@millrace/transport', options: { lingerMS: 5 } })
const service = setInterval(() => {}, 1_000)
transport.on('error', (error) => {
  console.log(`heard: ${error.message}`)
  process.exitCode = 3
  clearInterval(service)
})
pino(transport).info('a line that has nowhere to go')
