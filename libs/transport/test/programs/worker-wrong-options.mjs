// Wrong options, and an application that listens.
import pino from 'pino'
const transport = pino.transport({ target: '@millrace/transport', options: { lingerMS: 5 } })
transport.on('error', (error) => {
  console.log(`heard: ${error.message}`)
  process.exitCode = 3
})
pino(transport).info('a line that has nowhere to go')
