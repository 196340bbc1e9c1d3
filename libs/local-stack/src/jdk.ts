// Before the servers: which Java runs them.
import { accessSync, constants, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { LocalStackError } from './errors.ts'
import type { Environment } from './options.ts'

/** Elasticsearch 9 needs 21 (its `java.version`); Kafka 4 needs 17. */
export const jdkVersionMin = 21

/** Where distributions and installers put JDKs: folders that hold one JDK each. */
const jvmFolders = ['/usr/lib/jvm', '/Library/Java/JavaVirtualMachines'] as const

export interface Jdk {
  home: string
  version: number
}

/**
 * The first JDK that is new enough: `JAVA_HOME`, then the `java` of `PATH`, then the newest of the
 * system's folders. Throws `MILLRACE_STACK_NO_JDK`, naming what was looked at.
 */
export function findJdk(environment: Environment, folders: readonly string[] = jvmFolders): Jdk {
  const looked: string[] = []
  const consider = (label: string, home: string | undefined): Jdk | undefined => {
    if (home === undefined) {
      looked.push(`${label} (none)`)
      return undefined
    }
    const version = jdkVersion(home)
    if (version !== undefined && version >= jdkVersionMin) return { home, version }
    looked.push(`${label} (${home}: ${version === undefined ? 'no JDK' : `JDK ${version}`})`)
    return undefined
  }
  const named =
    consider('JAVA_HOME', environment['JAVA_HOME'] || undefined) ??
    consider('java on PATH', javaOnPath(environment))
  if (named !== undefined) return named
  const installed = folders
    .flatMap((folder) => jdkHomes(folder))
    .map((home) => ({ home, version: jdkVersion(home) ?? 0 }))
    .sort((a, b) => b.version - a.version)
  const newest = installed[0]
  if (newest !== undefined && newest.version >= jdkVersionMin) return newest
  for (const folder of folders) looked.push(`${folder}/* (${foundIn(folder, installed)})`)
  throw new LocalStackError(
    'MILLRACE_STACK_NO_JDK',
    `Kafka and Elasticsearch need a JDK ${jdkVersionMin} or newer; looked at ${looked.join(', ')}. ` +
      `Install one (for example Temurin 25 from adoptium.net) or set JAVA_HOME to it.`,
  )
}

/** The file that `command` names on the PATH, if any. */
export function findOnPath(command: string, environment: Environment): string | undefined {
  for (const folder of (environment['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue
    const file = join(folder, command)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      // Not in this folder.
    }
  }
  return undefined
}

/** Major version of the JDK at `home` (a JRE without javac is none), read without starting it. */
export function jdkVersion(home: string): number | undefined {
  if (!existsSync(join(home, 'bin/java')) || !existsSync(join(home, 'bin/javac'))) return undefined
  try {
    const release = readFileSync(join(home, 'release'), 'utf8')
    // `1.8.0_392` is 8, `21.0.4` and `26-ea` are 21 and 26 (JEP 223).
    const match = /^JAVA_VERSION="(?:1\.)?(\d+)/m.exec(release)
    return match === null ? undefined : Number(match[1])
  } catch {
    return undefined
  }
}

function javaOnPath(environment: Environment): string | undefined {
  const java = findOnPath('java', environment)
  return java === undefined ? undefined : dirname(dirname(realpathSync(java)))
}

/** Linux has the JDK in the folder itself, macOS in `Contents/Home` below it. */
function jdkHomes(folder: string): string[] {
  try {
    return readdirSync(folder).flatMap((name) => [
      join(folder, name),
      join(folder, name, 'Contents/Home'),
    ])
  } catch {
    return []
  }
}

function foundIn(folder: string, homes: readonly Jdk[]): string {
  const versions = homes
    .filter(({ home, version }) => version > 0 && home.startsWith(`${folder}/`))
    .map(({ version }) => version)
  return versions.length === 0 ? 'none' : `JDK ${[...new Set(versions)].join(', ')}`
}
