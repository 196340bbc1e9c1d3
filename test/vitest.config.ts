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
          testTimeout: 180_000,
          hookTimeout: 180_000,
          globalSetup: ['test/e2e/stack.ts'],
        },
      },
    ],
  },
})
