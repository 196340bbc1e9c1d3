import { describe, expect, it, vi } from 'vitest'
import { EventStretch } from '../../src/stretch.mts'
import { type Sabotage, simulate } from './simulate.ts'

const schedules = 1_000

describe('the pipeline, simulated under seeded faults', () => {
  it('loses nothing, doubles nothing and gets stuck nowhere in a thousand schedules', async () => {
    const unfolds = vi.spyOn(EventStretch.prototype, 'unfold')
    const settles = vi.spyOn(EventStretch.prototype, 'eachCreatedAtMs')
    for (let seed = 1; seed <= schedules; seed++) {
      const { problems, story } = await simulate(seed)
      expect(problems, `seed ${seed}:\n${story.join('\n')}`).toEqual([])
    }
    // Both ways of a stretch were gone: as a whole, and event by event.
    expect(unfolds.mock.calls.length).toBeGreaterThan(schedules)
    expect(settles.mock.calls.length).toBeGreaterThan(schedules)
  }, 600_000)

  it('does the same again when it is given the same seed', async () => {
    expect(await simulate(42)).toEqual(await simulate(42))
    expect((await simulate(43)).story).not.toEqual((await simulate(42)).story)
  })

  it.each<Sabotage>(['commits too far', 'answers for documents it does not keep'])(
    'finds the bug in an installation that %s',
    async (sabotage) => {
      let found = 0
      for (let seed = 1; seed <= 20; seed++) {
        if ((await simulate(seed, sabotage)).problems.length > 0) found += 1
      }
      expect(found).toBeGreaterThan(3)
    },
    120_000,
  )
})
