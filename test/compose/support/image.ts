// The Dockerfile, read, and the file tree of the image that it makes, without a container.
import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join, matchesGlob } from 'node:path'
import { root } from './compose.ts'

export interface Instruction {
  name: string
  words: string[]
}

/** Stages in their order, each with its instructions. */
export function readDockerfile(path: string): Instruction[][] {
  const text = readFileSync(join(root, path), 'utf8').replaceAll(/\\\n/g, ' ')
  const stages: Instruction[][] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [name = '', ...words] = line.trim().split(/\s+/)
    if (name === 'FROM') stages.push([])
    stages.at(-1)!.push({ name, words })
  }
  return stages
}

/** What is copied from the repository: sources and target of each COPY. */
export function copiesOf(stage: readonly Instruction[]): { sources: string[]; target: string }[] {
  return stage
    .filter(({ name, words }) => name === 'COPY' && !words[0]!.startsWith('--from'))
    .map(({ words }) => ({ sources: words.slice(0, -1), target: words.at(-1)! }))
}

const ignored = readFileSync(join(root, '.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')

/** As .dockerignore says it: a name without `**` is one at the root. */
export function isIgnored(path: string): boolean {
  const parts = path.split('/')
  return ignored.some((pattern) =>
    parts.some((_, index) => matchesGlob(parts.slice(0, index + 1).join('/'), pattern)),
  )
}

/**
 * What the image holds of the repository, in `directory`: the COPYs of the first stage, what the compiler builds there, and the
 * packages of the registry as they are installed here.
 */
export function layOut(directory: string): void {
  const [build] = readDockerfile('services/indexer/Dockerfile')
  for (const { sources } of copiesOf(build!)) {
    for (const source of sources) {
      const files = globSync([source, `${source}/**`], { cwd: root, withFileTypes: false })
      for (const file of files.filter((path) => !isIgnored(path))) copy(file, directory)
    }
  }
  // The builds run behind the COPYs, so .dockerignore has no say in them.
  for (const built of globSync(['libs/*/dist', 'services/console/dist'], { cwd: root })) {
    copyAll(built, directory)
  }
  linkPackages('.', directory)
  for (const own of globSync('{libs,services}/*/node_modules', { cwd: root })) {
    linkPackages(dirname(own), directory)
  }
}

function copy(file: string, directory: string): void {
  const from = join(root, file)
  if (readableFolder(from)) mkdirSync(join(directory, file), { recursive: true })
  else {
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    cpSync(from, join(directory, file))
  }
}

function readableFolder(path: string): boolean {
  try {
    readdirSync(path)
    return true
  } catch {
    return false
  }
}

const copyAll = (path: string, directory: string): void =>
  cpSync(join(root, path), join(directory, path), { recursive: true })

/** Links to packages of the registry, and to our own in the tree instead of those here. */
function linkPackages(owner: string, directory: string): void {
  const modules = join(owner, 'node_modules')
  const names = readdirSync(join(root, modules)).flatMap((name) =>
    name.startsWith('@')
      ? readdirSync(join(root, modules, name)).map((own) => `${name}/${own}`)
      : name,
  )
  for (const name of names) {
    const link = join(directory, modules, name)
    mkdirSync(dirname(link), { recursive: true })
    const own = /^@millrace\/(.*)$/.exec(name)?.[1]
    const target = own === undefined ? join(root, modules, name) : folderOf(own, directory)
    if (target !== undefined) symlinkSync(target, link)
  }
}

function folderOf(name: string, directory: string): string | undefined {
  const found = globSync(`{libs,services}/${name}/package.json`, { cwd: directory })[0]
  return found === undefined ? undefined : join(directory, dirname(found))
}
