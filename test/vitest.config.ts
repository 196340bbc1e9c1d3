import { defineConfig } from 'vitest/config'

const root = new URL('..', import.meta.url).pathname

/** Where tests live; `*.e2e.test.ts` need real servers, all others need nothing. */
const folders = ['libs/*/test', 'services/*/test', 'test']

export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        test: {
          name: 'unit',
          include: folders.map((folder) => `${folder}/**/*.test.ts`),
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.e2e.test.ts'],
          // None takes this long by itself; a busy machine must not be a reason to fail.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // A worker reads what files share once, not once a file: a third less work. So no test leaves anything behind.
          isolate: false,
        },
      },
      {
        root,
        test: {
          name: 'e2e',
          include: folders.map((folder) => `${folder}/**/*.e2e.test.ts`),
          exclude: ['**/node_modules/**', '**/dist/**'],
          // One file at a time: they share two servers and, often, two cores.
          fileParallelism: false,
          maxWorkers: 1,
          // Longer than every wait inside, which says what it waited for.
          testTimeout: 600_000,
          hookTimeout: 600_000,
          globalSetup: ['test/e2e/stack.ts'],
        },
      },
    ],
  },
})
