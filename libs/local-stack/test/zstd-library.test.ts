import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findZstd, nativeLibraryArguments } from '../src/zstd-library.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-zstd-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('the library of this machine is found where Debian keeps it, another machine’s is not', () => {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
  mkdirSync(join(folder, 'riscv64-linux-gnu'))
  writeFileSync(join(folder, 'riscv64-linux-gnu/libzstd.so.1'), '')
  expect(findZstd([folder])).toBeUndefined()
  mkdirSync(join(folder, `${machine}-linux-gnu`))
  const library = join(folder, `${machine}-linux-gnu/libzstd.so.1`)
  writeFileSync(library, '')
  expect(findZstd([folder, '/nowhere'])).toBe(library)
})

test('the library is linked under the name that Elasticsearch asks for, again after a restart', () => {
  const native = join(folder, 'native')
  nativeLibraryArguments(native, '/old/libzstd.so.1')
  expect(nativeLibraryArguments(native, '/usr/lib64/libzstd.so.1')[0]).toBe(
    `-Des.nativelibs.path=${native}`,
  )
  expect(readlinkSync(join(native, 'libzstd.so'))).toBe('/usr/lib64/libzstd.so.1')
})

test('without the library Elasticsearch is started as before', () => {
  expect(nativeLibraryArguments(join(folder, 'native'), undefined)).toEqual([])
})
