// Properties draw the same cases in each run, so that a change is not held up by what was wrong before it. Others are drawn
// with `MILLRACE_TEST_SEED=7 npm test -- --unit property`.
import * as fc from 'fast-check'

// oxlint-disable-next-line no-process-env -- tests have no configuration
const text = process.env['MILLRACE_TEST_SEED'] ?? '1767323045'
if (!/^\d{1,10}$/.test(text)) {
  throw new TypeError(`MILLRACE_TEST_SEED must be a whole number, got "${text}"`)
}
fc.configureGlobal({ seed: Number(text) })
