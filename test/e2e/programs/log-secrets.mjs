// A service that logs secrets in every way that one does by accident: argv = the secret, `target` or `stream`.
// Messages of digits become documents, all others dead letters, by a mapping that the test makes.
import { createMillraceStream } from '@millrace/transport'
import pino from 'pino'

const [canary, kind] = process.argv.slice(2)
const options = {
  service: { name: 'orders' },
  closeTimeoutMs: Number(process.env.TEST_CLOSE_TIMEOUT_MS ?? 8_000),
  redact: {
    keys: ['iban'],
    patterns: ['bearer', 'card', 'email', 'jwt', { pattern: `ticket ${canary}` }],
  },
}
const stream =
  kind === 'target'
    ? pino.transport({ target: '@millrace/transport', options })
    : createMillraceStream({ ...options, format: 'pino' })
const logger = pino(stream)
const request = {
  method: 'POST',
  url: `/login?access_token=${canary}&page=2`,
  headers: { authorization: `Bearer ${canary}`, cookie: `a=b; sid=${canary}`, 'x-api-key': canary },
  body: JSON.stringify({ user: 'ann', password: `${canary}"\\` }),
}
const messages = [
  `password=${canary} was wrong`,
  `user said: { password: '${canary} and more', n: 1 }`,
  `postgres://ann:${canary}@db:5432/orders is away`,
  `> Authorization: Basic ${canary}\n> Cookie: x=${canary}; y=${canary}\n`,
  `got Bearer ${canary}1 and eyJhbGciOiJIUzI1NiJ9.${canary}.${canary} by ${canary}@example.com, ticket ${canary}`,
]
for (const text of messages) logger.warn(text)
for (let number = 1; number <= 5; number++) {
  logger.info(
    {
      request,
      iban: canary,
      nested: [{ deep: { clientSecret: [canary] } }],
      text: messages[number - 1],
    },
    String(number),
  )
}
const error = new Error(`connect failed: token=${canary}`)
logger.error({ err: Object.assign(error, { config: { headers: request.headers } }) }, '6')
logger.error(error)
// Longer than the topic takes, and the secret lies where it is cut.
logger.info({ password: canary.repeat(200_000), text: 'x'.repeat(1_200_000) }, '7')
process.stdout.write('logged\n')
