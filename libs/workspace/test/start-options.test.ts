import { expect, test } from 'vitest'
import { parseStartOptions } from '../src/start-options.ts'

test('without flags there are one broker, two indexers, the demo and the well-known ports', () => {
  expect(parseStartOptions([])).toEqual({
    fresh: false,
    brokers: 1,
    indexers: 2,
    demo: true,
    rate: 20,
    kafkaPort: 9092,
    elasticsearchPort: 9200,
    help: false,
  })
})

test('every flag is read', () => {
  const flags =
    '--fresh --brokers 3 --indexers 4 --no-demo --rate 0 --kafka-port 1 --elasticsearch-port 2 -h'
  expect(parseStartOptions(flags.split(' '))).toEqual({
    fresh: true,
    brokers: 3,
    indexers: 4,
    demo: false,
    rate: 0,
    kafkaPort: 1,
    elasticsearchPort: 2,
    help: true,
  })
})

test.each([
  [['--brokers', '2'], '--brokers must be 1 or 3, got "2"'],
  [['--indexers', '0'], '--indexers must be a whole number from 1 to 16, got "0"'],
  [['--indexers', '17'], '--indexers must be a whole number from 1 to 16, got "17"'],
  [['--rate', '1e3'], '--rate must be a whole number from 0 to 1000, got "1e3"'],
  [['--rate', ''], '--rate must be a whole number from 0 to 1000, got ""'],
  [['--kafka-port', '65534'], '--kafka-port must be a whole number from 1 to 65533, got "65534"'],
  [['--freshly'], "Unknown option '--freshly'"],
  [['now'], "Unexpected argument 'now'"],
])('%j is refused with a sentence that names it', (flags, sentence) => {
  expect(() => parseStartOptions(flags)).toThrow(sentence)
})
