// A disk that can be filled: a small tmpfs, which a filler file leaves without a free byte.
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Unit: MiB. */
const sizeMiB = 24

export class FullDisk {
  readonly directory: string

  private constructor(directory: string) {
    this.directory = directory
  }

  /** @throws Error that says what is missing: only root may mount, and only Linux has tmpfs. */
  static mount(directory: string): FullDisk {
    mkdirSync(directory, { recursive: true })
    const options = ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'millrace-chaos', directory]
    const result = spawnSync('mount', options, { encoding: 'utf8' })
    if (result.status === 0) return new FullDisk(directory)
    const words = result.error?.message ?? result.stderr.trim()
    throw new Error(
      `The fault disk-full needs a disk of its own, a tmpfs that only root on Linux may mount (${words}). ` +
        'Run as root, or name the other faults with --faults.',
    )
  }

  /** Until `release`, every write to the disk fails with ENOSPC. */
  fill(): void {
    const file = openSync(join(this.directory, 'filler'), 'w')
    try {
      for (const size of [2 ** 20, 2 ** 12, 1]) {
        const bytes = Buffer.alloc(size)
        try {
          for (let written = size; written === size;) written = writeSync(file, bytes)
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        }
      }
    } finally {
      closeSync(file)
    }
  }

  release(): void {
    rmSync(join(this.directory, 'filler'), { force: true })
  }

  unmount(): void {
    // Lazily: a process that is about to go may still hold a file of it.
    spawnSync('umount', ['-l', this.directory])
  }
}
