// What it costs to look for secrets in a line, beside the least that changing it as JSON would cost.
import { patternNames } from '../libs/transport/src/redact/patterns.ts'
import { Redactor } from '../libs/transport/src/redact/redactor.ts'
import { type Benchmark, median, type Report } from './report.ts'

const rounds = 7
/** Thrown away: the engine compiles meanwhile. */
const warmUpRounds = 3
/** For one round of one program. Unit: ms of processor time. */
const roundMs = 60

const lines: Readonly<Record<string, string>> = {
  'a message, 104 B':
    '{"level":30,"time":1767323045678,"pid":1234,"hostname":"node-1","orderId":"A-1001","msg":"order placed"}',
  'a request, 225 B':
    '{"level":30,"time":1767323045678,"pid":1234,"hostname":"node-1","req":{"id":"req-1","method":"GET","url":"/orders/1001?page=2","remoteAddress":"192.0.2.1"},"res":{"statusCode":200},"responseTime":12,"msg":"request completed"}',
  'a request with two secrets, 287 B':
    '{"level":30,"time":1767323045678,"pid":1234,"hostname":"node-1","req":{"id":"req-1","method":"GET","url":"/orders/1001?access_token=01jd8q3z5v","headers":{"authorization":"Bearer 01jd8q3z5v01jd8q3z5v"},"remoteAddress":"192.0.2.1"},"res":{"statusCode":200},"responseTime":12,"msg":"request done"}',
}

export const redaction: Benchmark = {
  name: 'redaction',
  summary: 'µs a line to look for secrets, by the default names and by all patterns too',
  async run({ progress, signal }): Promise<Report> {
    const byName = new Redactor({ keys: [], patterns: [] })
    const byPattern = new Redactor({ keys: [], patterns: patternNames })
    const programs: readonly ((line: Buffer) => Buffer)[] = [
      (line) => byName.redact(line),
      (line) => byPattern.redact(line),
      (line) => Buffer.from(JSON.stringify(JSON.parse(line.toString()))),
    ]
    const cases = Object.entries(lines).map(([name, line]) => ({
      name,
      line: Buffer.from(line),
      figures: programs.map((): number[] => []),
    }))
    for (let round = -warmUpRounds; round < rounds; round++) {
      for (const { name, line, figures } of cases) {
        progress(`round ${round + 1} of ${rounds}: ${name}`)
        // Lets Ctrl-C in.
        await new Promise(setImmediate)
        signal.throwIfAborted()
        for (const [place, program] of programs.entries()) {
          const took = microseconds(line, program)
          if (round >= 0) figures[place]!.push(took)
        }
      }
    }
    return {
      setting: `medians of ${rounds} rounds of ${roundMs} ms`,
      programs: ['default names', 'default names and all patterns', 'parse + stringify'],
      measures: cases.map(({ name, figures }) => ({
        name,
        unit: 'µs',
        values: figures.map(median),
      })),
      caveats: [
        'From bytes to bytes. A line without a secret comes out as it is, uncopied; parse + stringify looks for nothing.',
        'Processor time of the process, so that other work on the machine counts less.',
      ],
    }
  },
}

function microseconds(line: Buffer, program: (line: Buffer) => Buffer): number {
  const start = process.cpuUsage()
  let used = 0
  let turns = 0
  let bytes = 0
  while (used < roundMs * 1000) {
    for (let turn = 0; turn < 500; turn++) bytes += program(line).length
    turns += 500
    const { user, system } = process.cpuUsage(start)
    used = user + system
  }
  if (bytes === 0) throw new Error('the lines became nothing')
  return used / turns
}
