// What a worker says about itself, read from its standard output.
import type { TestProcess } from '../../e2e/support/processes.ts'

/** Messages of the given level and above. 40 is warn, 50 is error. */
export function messagesOf(process: TestProcess, levelMin: number): string[] {
  return process
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as { level: number | string; msg: string })
    .filter(({ level }) => Number(level) >= levelMin)
    .map(({ msg }) => msg)
}

/** The reasons of `/readyz`, by condition; empty before the worker listens. */
export async function readiness(url: string): Promise<Record<string, string>> {
  const answer = await fetch(`${url}/readyz`).catch(() => undefined)
  if (answer === undefined) return {}
  const { checks } = (await answer.json()) as { checks: Record<string, string> }
  return checks
}
