// The disk as the spool sees it: the few operations it needs, so that tests can put a failing disk in its place.
import {
  close,
  closeSync,
  fsync,
  ftruncate,
  ftruncateSync,
  open,
  openSync,
  promises,
  read,
  readdirSync,
  renameSync,
  rmSync,
  lstatSync,
  mkdirSync,
  type Stats,
  write,
  writeSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { promisify } from 'node:util'

const flags = { create: 'wx+', update: 'r+', read: 'r' } as const
export type OpenMode = keyof typeof flags

export interface FileFacts {
  /** False for a folder, a link, a pipe. */
  isFile: boolean
  bytes: number
  modifiedAtMs: number
}

export interface DirectoryFacts {
  isDirectory: boolean
  /** User id of the owner; 0 on Windows. */
  owner: number
  /** Whether everybody may write to it. */
  isOpenToAll: boolean
}

/** Operations reject (or throw) with the operating system's error, which has a `code`. */
export interface SpoolFiles {
  makeDirectory(path: string): Promise<void>
  makeDirectorySync(path: string): void
  /** Of the path itself: a symbolic link is no directory. */
  statDirectory(path: string): Promise<DirectoryFacts>
  statDirectorySync(path: string): DirectoryFacts
  /** Of the path itself, as above. */
  stat(path: string): Promise<FileFacts>
  statSync(path: string): FileFacts
  list(path: string): Promise<string[]>
  listSync(path: string): string[]
  open(path: string, mode: OpenMode): Promise<number>
  openSync(path: string, mode: OpenMode): number
  /** Writes all bytes, or fails; what was written before the failure stays. */
  write(file: number, bytes: Uint8Array, position: number): Promise<void>
  writeSync(file: number, bytes: Uint8Array, position: number): void
  /** Fewer than asked for only at the end of the file. */
  read(file: number, bytes: Uint8Array, position: number): Promise<number>
  sync(file: number): Promise<void>
  truncate(file: number, bytes: number): Promise<void>
  truncateSync(file: number, bytes: number): void
  /** Whether there is something of this name. Fails where that can't be known. */
  isThere(path: string): Promise<boolean>
  isThereSync(path: string): boolean
  close(file: number): Promise<void>
  closeSync(file: number): void
  rename(from: string, to: string): Promise<void>
  renameSync(from: string, to: string): void
  remove(path: string): Promise<void>
  removeSync(path: string): void
  touch(path: string, atMs: number): Promise<void>
}

const openFile = promisify(open)
const closeFile = promisify(close)
const syncFile = promisify(fsync)
const truncateFile = promisify(ftruncate)
const writeOnce = promisify(write)
const readOnce = promisify(read)

/** Only the owner may read what applications log. */
const fileMode = 0o600
const directoryMode = 0o700

export const nodeFiles: SpoolFiles = {
  async makeDirectory(path) {
    for (const missing of await missingFolders(path)) {
      await promises.mkdir(missing, { mode: directoryMode }).catch(unlessThere)
    }
    await promises.mkdir(path, { recursive: true })
  },
  makeDirectorySync(path) {
    for (const missing of missingFoldersSync(path)) {
      try {
        mkdirSync(missing, { mode: directoryMode })
      } catch (error) {
        unlessThere(error)
      }
    }
    mkdirSync(path, { recursive: true })
  },
  statDirectory: async (path) => directoryFacts(await promises.lstat(path)),
  statDirectorySync: (path) => directoryFacts(lstatSync(path)),
  list: (path) => promises.readdir(path),
  listSync: (path) => readdirSync(path),
  stat: async (path) => fileFacts(await promises.lstat(path)),
  statSync: (path) => fileFacts(lstatSync(path)),
  open: (path, mode) => openFile(path, flags[mode], fileMode),
  openSync: (path, mode) => openSync(path, flags[mode], fileMode),
  async write(file, bytes, position) {
    for (let done = 0; done < bytes.length;) {
      const rest = bytes.length - done
      const { bytesWritten } = await writeOnce(file, bytes, done, rest, position + done)
      done += progress(bytesWritten)
    }
  },
  writeSync(file, bytes, position) {
    for (let done = 0; done < bytes.length;) {
      done += progress(writeSync(file, bytes, done, bytes.length - done, position + done))
    }
  },
  async read(file, bytes, position) {
    let done = 0
    while (done < bytes.length) {
      const rest = bytes.length - done
      const { bytesRead } = await readOnce(file, bytes, done, rest, position + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    return done
  },
  sync: (file) => syncFile(file),
  truncate: (file, bytes) => truncateFile(file, bytes),
  truncateSync: (file, bytes) => ftruncateSync(file, bytes),
  isThere: (path) => isThere(path),
  isThereSync: (path) => isThereSync(path),
  close: (file) => closeFile(file),
  closeSync: (file) => closeSync(file),
  rename: (from, to) => promises.rename(from, to),
  renameSync: (from, to) => renameSync(from, to),
  remove: (path) => promises.rm(path, { force: true }),
  removeSync: (path) => rmSync(path, { force: true }),
  touch: (path, atMs) => promises.utimes(path, atMs / 1000, atMs / 1000),
}

function fileFacts(stats: Stats): FileFacts {
  return { isFile: stats.isFile(), bytes: stats.size, modifiedAtMs: stats.mtimeMs }
}

function directoryFacts(stats: Stats): DirectoryFacts {
  return {
    isDirectory: stats.isDirectory(),
    owner: stats.uid,
    isOpenToAll: process.platform !== 'win32' && (stats.mode & 0o002) !== 0,
  }
}

/** POSIX lets a write of some bytes write none without an error; trying on for ever would be no answer. */
function progress(bytesWritten: number): number {
  if (bytesWritten > 0) return bytesWritten
  throw Object.assign(new Error('EIO: the disk took no byte'), { code: 'EIO' })
}

/** `ENOSPC`, or the error's own words. */
export function failureText(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return typeof message === 'string' ? message : String(code ?? error)
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' && codes.includes(code)
}

/**
 * The folders to make, outermost first. Node's own `recursive` does it alone, but where making a folder in one that is there fails with
 * ENOENT (/proc, some automounts) it never comes to an end; so it is left only to say what is wrong with something that is there.
 */
async function missingFolders(path: string): Promise<string[]> {
  const missing: string[] = []
  for (let at = resolve(path); !isRoot(at) && !(await isThere(at)); at = dirname(at)) {
    missing.unshift(at)
  }
  return missing
}

function missingFoldersSync(path: string): string[] {
  const missing: string[] = []
  for (let at = resolve(path); !isRoot(at) && !isThereSync(at); at = dirname(at))
    missing.unshift(at)
  return missing
}

async function isThere(path: string): Promise<boolean> {
  try {
    await promises.lstat(path)
    return true
  } catch (error) {
    return whyNotThere(error)
  }
}

function isThereSync(path: string): boolean {
  try {
    lstatSync(path)
    return true
  } catch (error) {
    return whyNotThere(error)
  }
}

/** Only what the system says is not there is not there: a disk that does not answer may have it. */
function whyNotThere(error: unknown): false {
  if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false
  throw error
}

function isRoot(path: string): boolean {
  return dirname(path) === path
}

/** Another process may have been quicker. */
function unlessThere(error: unknown): void {
  if (!hasCode(error, 'EEXIST')) throw error
}
