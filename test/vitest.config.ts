import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const root = new URL('..', import.meta.url).pathname

/**
 * Servers of tests live for seconds: a JVM that neither optimizes nor collects garbage on further threads starts with little
 * more than half the work. Whoever measures starts them without. Processes of Node that tests start, over and over, keep what
 * was compiled of them.
 */
// oxlint-disable-next-line no-process-env -- before any worker, which inherits it
process.env['NODE_COMPILE_CACHE'] ??= `${root}.millrace/compile-cache`
// oxlint-disable-next-line no-process-env -- the same
process.env['LOCAL_STACK_JAVA_OPTIONS'] ??= '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'

/** Where tests live; `*.e2e.test.ts` need real servers, all others need nothing. */
const folders = ['libs/*/test', 'services/*/test', 'test']

/** These start servers of their own and share nothing: they may run beside each other and beside the unit tests. */
const ownServers = [
  'libs/kafka/test/{cluster,damage,outage}.e2e.test.ts',
  'libs/local-stack/test/local-stack.e2e.test.ts',
  'libs/transport/test/{outage,spool}.e2e.test.ts',
  'test/chaos/chaos.e2e.test.ts',
  'test/e2e/audit-outage.e2e.test.ts',
]

const nothingOfOurs = ['**/node_modules/**', '**/dist/**']

/** All cores: by default the runner leaves one alone, which of two is half. */
const maxWorkers = Math.min(availableParallelism(), 8)

/** Longer than every wait inside, which says what it waited for. Unit: ms. */
const longestMs = 600_000

export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        test: {
          name: 'unit',
          include: folders.map((folder) => `${folder}/**/*.test.ts`),
          exclude: [...nothingOfOurs, '**/*.e2e.test.ts'],
          setupFiles: ['test/support/property-seed.ts'],
          // None takes this long by itself; a busy machine must not be a reason to fail.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // A worker reads what files share once, not once a file: a third less work. So no test leaves anything behind.
          isolate: false,
          maxWorkers,
        },
      },
      {
        root,
        test: {
          name: 'own-servers',
          include: ownServers,
          exclude: nothingOfOurs,
          testTimeout: longestMs,
          hookTimeout: longestMs,
          maxWorkers,
        },
      },
      {
        root,
        test: {
          name: 'e2e',
          include: folders.map((folder) => `${folder}/**/*.e2e.test.ts`),
          exclude: [...nothingOfOurs, ...ownServers],
          // One file at a time, after all others: they share two servers and, often, two cores.
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: longestMs,
          hookTimeout: longestMs,
          globalSetup: ['test/e2e/stack.ts'],
        },
      },
    ],
  },
})
