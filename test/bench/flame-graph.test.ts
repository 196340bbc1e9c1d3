import { expect, test } from 'vitest'
import { foldProfile, renderFlameGraph } from '../../bench/profiles/flame-graph.ts'
import { type CpuProfile, type Stages, timesByStage } from '../../bench/profiles/stages.ts'

const stages: Stages = [
  { name: 'read', files: /reader/ },
  { name: 'write', files: /writer/ },
]

const node = (id: number, functionName: string, url = '', children: number[] = []) => ({
  id,
  callFrame: { functionName, url },
  children,
})

/** A callback of Node calls the reader in two places; that calls the writer, which makes Node write. */
const profile: CpuProfile = {
  nodes: [
    node(1, '(root)', '', [2, 3, 9]),
    node(2, 'onread', 'node:net', [4]),
    node(3, 'onread', 'node:net', [5]),
    node(4, 'read<T>', 'file:///src/reader.ts', [6]),
    node(5, 'read<T>', 'file:///src/reader.ts', [7]),
    node(6, 'write', 'file:///src/writer.ts'),
    node(7, 'write', 'file:///src/writer.ts', [8]),
    node(8, 'writev', ''),
    node(9, '(idle)'),
  ],
  samples: [4, 5, 6, 7, 8, 9],
  timeDeltas: [100, 100, 300, 200, 100, 5000],
}

test('a function under the same callers is one frame, and idle time is none', () => {
  const all = foldProfile(profile, stages)
  expect(all.time).toBe(800)
  const read = all.callees.get('read<T> (reader.ts)')!
  expect([all.callees.size, read.stage, read.time]).toEqual([1, 'read', 800])
  const write = read.callees.get('write (writer.ts)')!
  expect([write.stage, write.time]).toEqual(['write', 600])
  expect([...write.callees.values()].map(({ name, time }) => [name, time])).toEqual([
    ['writev', 100],
  ])
})

test('times of stages are the same in the table and in the picture', () => {
  expect(timesByStage(profile, stages)).toEqual(
    new Map([
      ['write', 600],
      ['read', 200],
    ]),
  )
})

test('frames are as wide as their time, above who called them, and names are text', () => {
  const svg = renderFlameGraph(foldProfile(profile, stages), 'Who & what')
  expect(svg).toContain('Who &amp; what')
  expect(svg).toContain('<title>read&lt;T&gt; (reader.ts): 100.0 %</title>')
  const boxes = [...svg.matchAll(/<title>(.*?)<\/title><rect x="(.*?)" y="(.*?)" width="(.*?)"/g)]
  const byName = new Map(
    boxes.map(([, name, x, y, width]) => [name!.split(' ')[0], { x, y, width }]),
  )
  expect(byName.get('read&lt;T&gt;')).toMatchObject({ x: '0', width: '1199.5' })
  expect(byName.get('write')).toMatchObject({ x: '0', width: '899.5' })
  expect(Number(byName.get('write')!.y)).toBeLessThan(Number(byName.get('read&lt;T&gt;')!.y))
})
