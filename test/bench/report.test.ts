import { expect, test } from 'vitest'
import { fitLine } from '../../bench/least-squares.ts'
import { type BenchmarkOptions, describeOptions, readOptions } from '../../bench/options.ts'
import { pictureOnPage, putOnPage } from '../../bench/page.ts'
import { percentile } from '../../bench/percentile.ts'
import { parseCpuSeconds } from '../../bench/process-usage.ts'
import { median, renderReport } from '../../bench/report.ts'
import { renderPlots } from '../../bench/svg-plot.ts'

const declared: BenchmarkOptions = {
  events: { kind: 'number', default: 1000, min: 10, max: 1_000_000, description: 'Lines.' },
  only: { kind: 'list', choices: ['a', 'b', 'c'], description: 'Programs.' },
  plot: { kind: 'file', description: 'Picture.' },
}

test('options have their defaults, and take what is given', () => {
  const { values, json, help } = readOptions(declared, [])
  expect([values.number('events'), values.list('only'), values.file('plot'), json, help]).toEqual([
    1000,
    ['a', 'b', 'c'],
    undefined,
    false,
    false,
  ])
  const given = readOptions(declared, ['--json', '--events', '20_000', '--only', 'c,a'])
  expect(given.values.number('events')).toBe(20_000)
  expect(given.values.list('only')).toEqual(['a', 'c'])
  expect(given.json).toBe(true)
})

test('wrong options are told in one sentence that says what would be right', () => {
  const mistake = (...flags: string[]) => {
    return () => readOptions(declared, flags)
  }
  expect(mistake('--events', '5')).toThrow(
    '--events must be an integer from 10 to 1000000, got "5"',
  )
  expect(mistake('--events', '')).toThrow('--events must be an integer from 10 to 1000000, got ""')
  expect(mistake('--only', 'a,x')).toThrow('--only must name some of a, b, c, got "x"')
  expect(mistake('--evnts', '5')).toThrow("unknown option '--evnts'")
})

test('--help has a line for each option', () => {
  expect(describeOptions(declared)).toEqual([
    '--events N                Lines. Default: 1000.',
    '--only LIST               Programs. Default: a,b,c.',
    '--plot FILE               Picture.',
  ])
})

test('medians and percentiles are values of the middle and of the nearest rank', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5])
  const values = Array.from({ length: 100 }, (_, place) => place + 1)
  const shares = [0, 0.5, 0.99, 1]
  expect(shares.map((share) => percentile(values, share))).toEqual([1, 50, 99, 100])
})

test('a report is a table with a dash for each figure that does not exist', () => {
  const text = renderReport({
    benchmark: 'one',
    machine: 'a machine',
    setting: 'so',
    programs: ['a', 'b'],
    measures: [{ name: 'speed', unit: 'm/s', values: [1234.5, Number.NaN] }],
    caveats: ['but'],
  })
  expect(text).toBe(
    'one: so\na machine\n\n| | a | b |\n|---|--:|--:|\n| speed (m/s) | 1,230 | - |\n\n- but\n',
  )
})

test('processor time is read behind a name with spaces and brackets', () => {
  const stat = '12 (a) b (c)) S 1 12 12 0 -1 4194304 5 0 0 0 250 50 0 0 20 0 11 0'
  expect(parseCpuSeconds(stat)).toBe(3)
})

test('the line through points has their slope, and none through too few', () => {
  const fit = fitLine([
    [0, 1],
    [1, 3],
    [2, 5],
    [3, 7],
  ])
  expect(fit.slope).toBeCloseTo(2)
  expect(fit.intercept).toBeCloseTo(1)
  expect(fit.slopeError).toBeCloseTo(0)
  expect(() =>
    fitLine([
      [1, 1],
      [1, 2],
      [1, 3],
    ]),
  ).toThrow('three points or more with different x')
})

test('a plot has a mark for each point and no broken number', () => {
  const svg = renderPlots([
    {
      title: 'cost & more',
      xTitle: 'events',
      yTitle: 'µs',
      xLogarithmic: true,
      series: [
        { name: 'one', points: [1, 10, 100].map((x) => ({ x, y: x * 2 })) },
        { name: 'two', points: [{ x: 1, y: 0 }] },
      ],
    },
  ])
  expect(svg).toMatch(/^<svg [^>]*viewBox="0 0 420 300"/)
  expect(svg.match(/<polyline/g)).toHaveLength(2)
  // Four points and two in the legend.
  expect(svg.match(/<circle/g)).toHaveLength(6)
  expect(svg).toContain('cost &amp; more')
  expect(svg).not.toMatch(/NaN|Infinity|undefined/)
})

test('a report takes the place of the last one on its page, and a page without the marks is told', () => {
  const page = '# Figures\n\n<!-- bench one: begin -->\nold\n<!-- bench one: end -->\n\nMore.\n'
  expect(putOnPage(page, 'one', '\nnew\n')).toBe(
    '# Figures\n\n<!-- bench one: begin -->\n\nnew\n\n<!-- bench one: end -->\n\nMore.\n',
  )
  expect(() => putOnPage(page, 'two', 'new')).toThrow('lacks the lines <!-- bench two: begin -->')
})

test('a picture is linked from where its page is', () => {
  expect(pictureOnPage('docs/performance.md', { path: 'docs/images/a.svg', title: 'Cost' })).toBe(
    '![Cost](images/a.svg)\n\n',
  )
})
