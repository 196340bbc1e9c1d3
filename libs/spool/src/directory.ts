// Where the spool lies: one directory for all transports of a user, so that any of them can send what another left.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DirectoryFacts, hasCode, type SpoolFiles } from './files.ts'
import { parseSegmentName, type SegmentName } from './segment-name.ts'

/** `<temporary directory>/millrace-spool-<user id>`. */
export function defaultSpoolDirectory(): string {
  return join(tmpdir(), `millrace-spool-${ownUserId() ?? 'user'}`)
}

/** A file of the directory that is a segment by its name. */
export interface FoundSegment extends SegmentName {
  name: string
  path: string
  bytes: number
  modifiedAtMs: number
}

export interface DirectoryRule {
  directory: string
  mustOwnDirectory: boolean
}

/** Makes the directory where it is missing. @throws Error with the reason why it can't be the spool's. */
export async function prepareDirectory(files: SpoolFiles, rule: DirectoryRule): Promise<void> {
  await files.makeDirectory(rule.directory)
  if (rule.mustOwnDirectory) checkOwner(await files.statDirectory(rule.directory), rule)
}

export function prepareDirectorySync(files: SpoolFiles, rule: DirectoryRule): void {
  files.makeDirectorySync(rule.directory)
  if (rule.mustOwnDirectory) checkOwner(files.statDirectorySync(rule.directory), rule)
}

/** In a directory that all users may write to, anybody can have put a directory or a link of this name there first, to read what we log. */
function checkOwner(facts: DirectoryFacts, { directory }: DirectoryRule): void {
  const uid = ownUserId()
  if (!facts.isDirectory) throw new Error(`${directory} is not a directory but a file or a link`)
  if (uid !== undefined && facts.owner !== uid) {
    throw new Error(`${directory} belongs to user ${facts.owner}, and this process is user ${uid}`)
  }
  if (facts.isOpenToAll) throw new Error(`${directory} can be written to by everybody`)
}

/** All segments, oldest first. A directory that is not there has none. @throws the operating system's error */
export async function listSegments(files: SpoolFiles, directory: string): Promise<FoundSegment[]> {
  const found: FoundSegment[] = []
  for (const name of sortedNames(await namesIn(files, directory))) {
    const parsed = parseSegmentName(name)
    if (parsed === undefined) continue
    const path = join(directory, name)
    try {
      const { isFile, bytes, modifiedAtMs } = await files.stat(path)
      if (isFile) found.push({ ...parsed, name, path, bytes, modifiedAtMs })
    } catch (error) {
      // Sent and deleted by another process since the names were read.
      if (!hasCode(error, 'ENOENT')) throw error
    }
  }
  return found
}

/** Names of files that are no segments. */
export async function listForeign(files: SpoolFiles, directory: string): Promise<string[]> {
  const names = await namesIn(files, directory)
  return sortedNames(names.filter((name) => parseSegmentName(name) === undefined))
}

/** Bytes of all segments. */
export function usedBytesSync(files: SpoolFiles, directory: string): number {
  let bytes = 0
  for (const name of files.listSync(directory)) {
    const path = join(directory, name)
    if (parseSegmentName(name) === undefined) continue
    try {
      bytes += files.statSync(path).bytes
    } catch {
      // Gone since.
    }
  }
  return bytes
}

async function namesIn(files: SpoolFiles, directory: string): Promise<string[]> {
  try {
    return await files.list(directory)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}

function sortedNames(names: string[]): string[] {
  return names.toSorted((left, right) => (left < right ? -1 : left > right ? 1 : 0))
}

function ownUserId(): number | undefined {
  return process.getuid?.()
}
