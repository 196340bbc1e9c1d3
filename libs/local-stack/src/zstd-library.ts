// Before Elasticsearch: the compression library that its distribution brings and Maven Central lacks.
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Debian and Ubuntu (part of every installation, as dpkg needs it), Fedora, Homebrew. */
const systemFolders = ['/usr/lib64', '/opt/homebrew/lib', '/usr/local/lib', '/usr/lib'] as const
const names = ['libzstd.so.1', 'libzstd.1.dylib'] as const

/** The system's libzstd, if there is one. */
export function findZstd(folders: readonly string[] = systemFolders): string | undefined {
  const multiarch = folders.flatMap((folder) => linuxGnuFolders(folder))
  for (const folder of [...multiarch, ...folders]) {
    for (const name of names) {
      if (existsSync(join(folder, name))) return join(folder, name)
    }
  }
  return undefined
}

/**
 * JVM arguments that let Elasticsearch load `zstd`, linked into `folder` under the name that it looks
 * for. Without them its native access is off and a shard with `index.codec: best_compression` fails at
 * its first refresh. The other native library, for vectors, is not to be had and switched off.
 */
export function nativeLibraryArguments(folder: string, zstd: string | undefined): string[] {
  if (zstd === undefined) return []
  mkdirSync(folder, { recursive: true })
  const link = join(folder, zstd.endsWith('.dylib') ? 'libzstd.dylib' : 'libzstd.so')
  rmSync(link, { force: true })
  symlinkSync(zstd, link)
  return [
    `-Des.nativelibs.path=${folder}`,
    '-Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false',
  ]
}

/** `/usr/lib/x86_64-linux-gnu` and the like, of this machine only: Debian keeps several side by side. */
function linuxGnuFolders(folder: string): string[] {
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(machine) && name.includes('-linux-'))
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}
