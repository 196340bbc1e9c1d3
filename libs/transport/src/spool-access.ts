// The disk as the transport sees it; tests have another one.
import {
  defaultSpoolDirectory,
  type DrainOptions,
  type DrainOutcome,
  drainSpool,
  SpoolWriter,
  type SpoolWriterOptions,
} from '@millrace/spool'

export type SpoolFile = Pick<
  SpoolWriter,
  'stored' | 'isUsable' | 'append' | 'appendSync' | 'markIssued' | 'settled' | 'drain' | 'close'
>

export interface SpoolAccess {
  /** Must belong to this user, because it lies where everybody may write. */
  defaultDirectory: string
  open: (options: SpoolWriterOptions) => SpoolFile
  /** Sends what dead instances left. */
  recover: (options: DrainOptions) => Promise<DrainOutcome>
}

export const systemSpool: SpoolAccess = {
  get defaultDirectory() {
    return defaultSpoolDirectory()
  },
  open: (options) => new SpoolWriter(options),
  recover: drainSpool,
}
