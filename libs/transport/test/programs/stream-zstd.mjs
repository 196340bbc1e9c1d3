// Compression that not every Node has.
import { createMillraceStream } from '@millrace/transport'
try {
  const stream = createMillraceStream({ compression: 'zstd' })
  stream.write('one line\n')
  await stream.close()
  console.log(`published ${stream.counters.published}`)
} catch (error) {
  console.log(`${error.code}: ${error.message}`)
}
