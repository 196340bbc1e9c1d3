import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** Package -> packages of ours that it may import. Arrows point one way only. */
const layers: Record<string, readonly string[]> = {
  'libs/foundation': [],
  'libs/ecs': [],
  'libs/envelope': ['foundation'],
  'libs/formats': ['foundation', 'ecs', 'envelope'],
  'libs/kafka': ['foundation'],
  'libs/elastic': ['foundation', 'ecs'],
  'libs/service': ['foundation'],
  'libs/kibana': ['foundation'],
  'libs/local-stack': ['foundation'],
  'libs/spool': ['foundation', 'envelope'],
  'libs/transport': ['foundation', 'envelope', 'kafka', 'spool'],
  'libs/audit': ['foundation', 'envelope', 'kafka', 'elastic'],
  'libs/dead-letters': ['foundation', 'ecs', 'envelope', 'formats', 'kafka', 'elastic'],
  'libs/cli': [
    'foundation',
    'ecs',
    'envelope',
    'formats',
    'kafka',
    'elastic',
    'kibana',
    'service',
    'spool',
    'audit',
    'dead-letters',
  ],
  'libs/workspace': ['foundation', 'envelope', 'kafka', 'elastic', 'local-stack'],
  'services/indexer': ['foundation', 'ecs', 'envelope', 'formats', 'kafka', 'elastic', 'service'],
  'services/console': [
    'foundation',
    'ecs',
    'envelope',
    'formats',
    'kafka',
    'elastic',
    'service',
    'audit',
    'dead-letters',
    'kibana',
  ],
  'services/demo': ['foundation', 'transport', 'service'],
}

/** Clients and tools that may be named in one place only, so that they can be changed there. */
const owners: Record<string, readonly string[]> = {
  kafkajs: ['libs/kafka'],
  '@elastic/elasticsearch': ['libs/elastic'],
  'prom-client': ['libs/service'],
  'close-with-grace': ['libs/service'],
  commander: ['libs/cli'],
  testcontainers: ['libs/local-stack'],
  ora: ['libs/workspace', 'libs/cli'],
  re2js: ['libs/transport'],
  preact: ['services/console'],
  uplot: ['services/console'],
  '@tanstack/virtual-core': ['services/console'],
  vite: ['services/console'],
}

/** Time and chance are arguments everywhere else: this is what makes a simulation possible. */
const clockAndChance =
  /(?<![.\w])(Date\.now|setTimeout|setInterval|Math\.random)\s*\(|\bnew Date\(\)/

const sources = globSync('{libs,services}/**/*.{ts,tsx,mts,mjs,cjs}', {
  cwd: root,
  exclude: (path) => /node_modules|dist$|\/test$/.test(path),
}).filter((path) => !/\/(test|dist|node_modules)\//.test(path))

const packageOf = (path: string): string => path.split('/').slice(0, 2).join('/')

function imports(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8')
  return [...text.matchAll(/(?:from|import|import\(|require\()\s*['"]([^'"]+)['"]/g)].map(
    (match) => match[1]!,
  )
}

test('every source file is found, and every package has its layer', () => {
  expect(sources.length).toBeGreaterThan(40)
  expect([...new Set(sources.map(packageOf))].sort()).toEqual(Object.keys(layers).sort())
})

test('a package imports only packages of lower layers, and only through their doors', () => {
  const wrong: string[] = []
  for (const path of sources) {
    const owner = packageOf(path)
    for (const name of imports(path)) {
      const ours = /^@millrace\/([^/]+)/.exec(name)?.[1]
      if (ours !== undefined && !layers[owner]?.includes(ours))
        wrong.push(`${path} imports ${name}`)
      const target = name.startsWith('.') ? relative(root, join(root, path, '..', name)) : undefined
      if (target !== undefined && packageOf(target) !== owner)
        wrong.push(`${path} reaches into ${target}`)
    }
  }
  expect(wrong).toEqual([])
})

test('a client with an owner is named nowhere else', () => {
  const wrong: string[] = []
  for (const path of sources) {
    for (const name of imports(path)) {
      const library = Object.keys(owners).find((key) => name === key || name.startsWith(`${key}/`))
      if (library !== undefined && !owners[library]?.includes(packageOf(path))) {
        wrong.push(`${path} imports ${name}`)
      }
    }
  }
  expect(wrong).toEqual([])
})

test('zod is imported only where settings are declared, and where the shape of saved objects is', () => {
  const declared = /(config|settings|options|options-schema|setting-groups?)[^/]*\.m?ts$/
  const isDeclaration = (path: string): boolean =>
    declared.test(path) || path.startsWith('libs/kibana/src/validate/')
  const wrong = sources.filter((path) => imports(path).includes('zod') && !isDeclaration(path))
  expect(wrong).toEqual([])
})

test('the clock and chance are read in the foundation only, and in one file of the page', () => {
  const wrong = sources.filter(
    (path) =>
      !path.startsWith('libs/foundation/src/') &&
      path !== 'services/console/web/src/clock.ts' &&
      clockAndChance.test(readFileSync(join(root, path), 'utf8')),
  )
  expect(wrong).toEqual([])
})

test('the first line of each source file says which step of the journey it is', () => {
  const wrong = sources.filter((path) => {
    if (!/\/src\//.test(path) || path.includes('/generated/')) return false
    const first = readFileSync(join(root, path), 'utf8')
      .replace(/^#!.*\n/, '')
      .split('\n', 1)[0]!
    return !/^(\/\/|\/\*\*?) .{15,}/.test(first)
  })
  expect(wrong).toEqual([])
})
