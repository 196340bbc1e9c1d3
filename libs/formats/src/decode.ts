// The first step of a record: its bytes become text, whatever they are.
import { isUtf8 } from 'node:buffer'

export interface DecodedLine {
  /** Without byte order mark and final newline; bytes that are no UTF-8 are U+FFFD. */
  text: string
  /** False when U+FFFD stands for bytes that are lost in `text`. */
  isUtf8: boolean
}

/** Never throws. Lines end at `\n` or `\r\n`; one such end is dropped, others belong to the line. */
export function decodeLine(bytes: Uint8Array): DecodedLine {
  const buffer =
    bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let end = buffer.length
  if (end > 0 && buffer[end - 1] === 0x0a) end--
  if (end < buffer.length && end > 0 && buffer[end - 1] === 0x0d) end--
  const hasMark = end >= 3 && buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf
  const text = buffer.toString('utf8', hasMark ? 3 : 0, end)
  return { text, isUtf8: !text.includes('\ufffd') || isUtf8(buffer) }
}
