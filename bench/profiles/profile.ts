// A program under V8's profiler: its flags, what it leaves, and what is said of that.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Report } from '../report.ts'
import { writeFlameGraph } from './flame-graph.ts'
import { type CpuProfile, type Stages, timesByStage } from './stages.ts'

const samplingIntervalUs = 500

export const flameOption = {
  kind: 'file',
  description: 'Where to write the flame graph (SVG).',
} as const

/** A profile of each thread goes to that directory when the thread ends. */
export function profilingFlags(directory: string): string[] {
  return ['--cpu-prof', `--cpu-prof-interval=${samplingIntervalUs}`, `--cpu-prof-dir=${directory}`]
}

/** @returns those of the main thread and of the first worker, if there was one. */
export function readProfiles(directory: string): { main: CpuProfile; worker?: CpuProfile } {
  const read = (name: string): CpuProfile =>
    JSON.parse(readFileSync(join(directory, name), 'utf8')) as CpuProfile
  // CPU.date.time.process.thread.number.cpuprofile, threads from 0.
  const names = readdirSync(directory).filter((name) => name.endsWith('.cpuprofile'))
  const ofThread = (test: (thread: number) => boolean): string | undefined =>
    names.find((name) => test(Number(name.split('.').at(-3))))
  const main = ofThread((thread) => thread === 0)
  if (main === undefined) throw new Error(`the program left no profile in ${directory}`)
  const worker = ofThread((thread) => thread > 0)
  return { main: read(main), ...(worker !== undefined && { worker: read(worker) }) }
}

interface ProfileFacts {
  stages: Stages
  setting: string
  /** The first column's title. */
  share: string
  /** What `count` counts. */
  per: string
  count: number
  /** Of the flame graph, which is drawn where `file` says. */
  title: string
  file: string | undefined
}

export function profileReport(profile: CpuProfile, facts: ProfileFacts): Report {
  const { stages, setting, share, per, count, title, file } = facts
  const times = timesByStage(profile, stages)
  let total = 0
  for (const time of times.values()) total += time
  if (file !== undefined) writeFlameGraph(file, profile, { title, stages })
  return {
    setting,
    programs: [share, `µs per ${per}`],
    measures: [...times].map(([name, time]) => ({
      name,
      unit: '%, µs',
      values: [(time / total) * 100, time / count],
    })),
    caveats: [
      `Self times of one thread, sampled every ${samplingIntervalUs} µs by --cpu-prof; they are times on the wall, so that other work on the machine makes all of them longer: the shares travel, the microseconds do not.`,
      'Functions of Node and of the engine belong to whoever of ours called them. The threads that collect garbage and compile are not in it.',
    ],
    ...(file !== undefined && { picture: { path: file, title } }),
  }
}
