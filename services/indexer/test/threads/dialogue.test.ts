import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { systemClock } from '@millrace/foundation'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Dialogue } from '../../src/threads/dialogue.mts'
import { ManualClock, settle } from '../../../../test/support/manual-clock.ts'

/** Two ends; the far one answers `double`, hangs at `never` and fails at `break`. */
function talk(clock = new ManualClock()) {
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => port1.close())
  const asked: string[] = []
  const heard: unknown[] = []
  const far = (port: MessagePort): Dialogue =>
    new Dialogue(port, {
      clock: systemClock,
      answers: {
        facts: () => {
          asked.push('facts')
          return { partitions: [1, 2] }
        },
        never: () => new Promise(() => {}),
        break: () => {
          throw new Error('http://u:p@kafka refused')
        },
      },
      told: { word: (value: unknown) => heard.push(value) },
    })
  far(port2)
  const near = new Dialogue(port1, { clock, answers: {}, told: {} })
  return { near, clock, asked, heard }
}

describe('two threads', () => {
  it('ask and answer with plain data, and tell each other what needs no answer', async () => {
    const { near, heard } = talk()
    near.tell('word', { n: 1 })
    near.tell('a word that nobody knows')
    expect(await near.ask('facts', 1_000)).toEqual({ partitions: [1, 2] })
    expect(heard).toEqual([{ n: 1 }])
  })

  it('say why there is no answer, without credentials', async () => {
    const { near } = talk()
    await expect(near.ask('break', 1_000)).rejects.toThrow('http://[redacted]@kafka refused')
  })

  it('wait for an answer no longer than they said, and leave no timer behind', async () => {
    const { near, clock } = talk()
    const answer = near.ask('never', 500).catch((error: Error) => error.message)
    await clock.advance(500)
    expect(await answer).toBe('no answer within 500 ms')
    await near.ask('facts', 500)
    expect(clock.timers).toBe(0)
  })

  it('have one of each question on its way, however many ask', async () => {
    const { near, asked } = talk()
    const answers = await Promise.all(Array.from({ length: 5 }, () => near.ask('facts', 1_000)))
    expect(answers).toHaveLength(5)
    expect(asked).toHaveLength(1)
    await near.ask('facts', 1_000)
    await settle()
    expect(asked).toHaveLength(2)
  })
})
