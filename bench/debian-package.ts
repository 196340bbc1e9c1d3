// Programs that a benchmark compares with and that are no npm packages: from Debian, where that can be done.
import { execFileSync, spawnSync } from 'node:child_process'

/**
 * Installs packages unless the program is there already.
 * @param probe the program's own words of its version
 * @throws Error that says what to install, where this process can't
 */
export function ensureDebianPackages(
  packages: readonly string[],
  probe: { command: string; flag: string },
): string {
  if (spawnSync(probe.command, [probe.flag]).error !== undefined) install(packages, probe.command)
  return execFileSync(probe.command, [probe.flag], { encoding: 'utf8' })
}

function install(packages: readonly string[], command: string): void {
  const names = packages.join(' ')
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).error !== undefined) {
    throw new Error(
      `this benchmark needs ${command}; install it (Debian: apt-get install ${names}) and run it again`,
    )
  }
  process.stderr.write(`Installing from Debian: ${names}\n`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env })
  execFileSync('apt-get', ['install', '-y', '-qq', ...packages], { stdio: 'ignore', env })
}
