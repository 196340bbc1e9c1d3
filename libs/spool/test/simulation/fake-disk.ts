// A disk in memory that fails as a seed says: full, broken, gone, or with the process that uses it dead in the middle of a write.
import { basename, dirname } from 'node:path'
import type { Random } from '@millrace/foundation'
import type { FileFacts, OpenMode, SpoolFiles } from '../../src/files.ts'

export interface Faults {
  /** Chance of each operation to fail with EIO. */
  failing: number
  /** Chance of each write to be cut short and to fail with ENOSPC. */
  full: number
  /** The process is killed at this operation, counted from now. */
  crashAfter: number
}

export const noFaults: Faults = { failing: 0, full: 0, crashAfter: Number.POSITIVE_INFINITY }

interface Node {
  bytes: Buffer
  modifiedAtMs: number
}

const never = new Promise<never>(() => {})

export class FakeDisk {
  faults = noFaults
  isCrashed = false
  now = (): number => 0
  readonly nodes = new Map<string, Node>()
  readonly #open = new Map<number, Node>()
  readonly #random: Random
  #hasDirectory = false
  #operations = 0
  #nextFile = 3

  constructor(random: Random) {
    this.#random = random
  }

  /** The disk as one process sees it: once that is dead, nothing comes back from it any more, also when others go on. */
  forProcess(faults: Faults): SpoolFiles {
    this.faults = faults
    this.isCrashed = false
    this.#operations = 0
    this.#open.clear()
    let isAlive = true
    const sync = <Value>(work: () => Value): Value => {
      if (!isAlive || this.isCrashed) {
        isAlive = false
        throw new Error('the process is dead')
      }
      this.#mayFail()
      return work()
    }
    const later = async <Value>(work: () => Value): Promise<Value> => {
      for (let turn = this.#random.next() * 4; turn > 0; turn--) await Promise.resolve()
      if (!isAlive || this.isCrashed) {
        isAlive = false
        return never
      }
      try {
        this.#mayFail()
        return work()
      } catch (error) {
        if (this.isCrashed) return never
        throw error
      }
    }
    return this.#operationsOf(sync, later)
  }

  removeDirectory(): void {
    this.nodes.clear()
    this.#hasDirectory = false
  }

  get usedBytes(): number {
    return [...this.nodes.values()].reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  #operationsOf(
    sync: <Value>(work: () => Value) => Value,
    later: <Value>(work: () => Value) => Promise<Value>,
  ): SpoolFiles {
    return {
      makeDirectory: () => later(() => this.#makeDirectory()),
      makeDirectorySync: () => sync(() => this.#makeDirectory()),
      statDirectory: () => later(() => directory),
      statDirectorySync: () => sync(() => directory),
      list: () => later(() => this.#list()),
      listSync: () => sync(() => this.#list()),
      stat: (path) => later(() => this.#stat(path)),
      statSync: (path) => sync(() => this.#stat(path)),
      open: (path, mode) => later(() => this.#openFile(path, mode)),
      openSync: (path, mode) => sync(() => this.#openFile(path, mode)),
      write: (file, bytes, position) => later(() => this.#write(file, bytes, position)),
      writeSync: (file, bytes, position) => sync(() => this.#write(file, bytes, position)),
      read: (file, bytes, position) =>
        later(() => this.#node(file).bytes.copy(bytes, 0, position, position + bytes.length)),
      sync: () => later(() => {}),
      truncate: (file, bytes) => later(() => this.#truncate(file, bytes)),
      truncateSync: (file, bytes) => sync(() => this.#truncate(file, bytes)),
      isThere: (path) => later(() => this.nodes.has(path)),
      isThereSync: (path) => sync(() => this.nodes.has(path)),
      close: (file) => later(() => void this.#open.delete(file)),
      closeSync: (file) => sync(() => void this.#open.delete(file)),
      rename: (from, to) => later(() => this.#rename(from, to)),
      renameSync: (from, to) => sync(() => this.#rename(from, to)),
      remove: (path) => later(() => this.#remove(path)),
      removeSync: (path) => sync(() => this.#remove(path)),
      touch: (path, atMs) =>
        later(() => {
          this.#named(path).modifiedAtMs = atMs
        }),
    }
  }

  #mayFail(): void {
    if (++this.#operations >= this.faults.crashAfter) {
      this.isCrashed = true
      throw new Error('killed')
    }
    if (this.#random.next() < this.faults.failing) throw failure('EIO')
  }

  #makeDirectory(): void {
    this.#hasDirectory = true
  }

  #list(): string[] {
    if (!this.#hasDirectory) throw failure('ENOENT')
    return [...this.nodes.keys()].map((path) => basename(path))
  }

  #stat(path: string): FileFacts {
    const { bytes, modifiedAtMs } = this.#named(path)
    return { isFile: true, bytes: bytes.length, modifiedAtMs }
  }

  #openFile(path: string, mode: OpenMode): number {
    if (!this.#hasDirectory) throw failure('ENOENT')
    if (mode === 'create') {
      if (this.nodes.has(path)) throw failure('EEXIST')
      this.nodes.set(path, { bytes: Buffer.alloc(0), modifiedAtMs: this.now() })
    }
    const file = this.#nextFile++
    this.#open.set(file, this.#named(path))
    return file
  }

  /** A write that is killed or finds the disk full leaves a part of itself. */
  #write(file: number, bytes: Uint8Array, position: number): void {
    const node = this.#node(file)
    const isFull = this.#random.next() < this.faults.full
    const isKilled = this.#operations + 1 >= this.faults.crashAfter
    const length =
      isFull || isKilled ? Math.floor(this.#random.next() * bytes.length) : bytes.length
    const grown = Buffer.alloc(Math.max(node.bytes.length, position + length))
    node.bytes.copy(grown)
    grown.set(bytes.subarray(0, length), position)
    node.bytes = grown
    node.modifiedAtMs = this.now()
    if (isKilled) {
      this.isCrashed = true
      throw new Error('killed')
    }
    if (isFull) throw failure('ENOSPC')
  }

  #truncate(file: number, length: number): void {
    const node = this.#node(file)
    node.bytes = Buffer.from(node.bytes.subarray(0, length))
  }

  #rename(from: string, to: string): void {
    const node = this.#named(from)
    this.nodes.delete(from)
    this.nodes.set(to, node)
  }

  #remove(path: string): void {
    this.nodes.delete(path)
  }

  #node(file: number): Node {
    const node = this.#open.get(file)
    if (node === undefined) throw failure('EBADF')
    return node
  }

  #named(path: string): Node {
    const node = this.nodes.get(path)
    if (node === undefined) throw failure('ENOENT', dirname(path))
    return node
  }
}

const directory = { isDirectory: true, owner: process.getuid?.() ?? 0, isOpenToAll: false }

function failure(code: string, detail = 'in the simulation'): Error {
  return Object.assign(new Error(`${code}: ${detail}`), { code })
}
