// Before the servers: their jars, fetched once by Maven and kept between runs.
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Clock } from '@millrace/foundation'
import { httpModule, installModule, kqlModule } from './elasticsearch-module.ts'
import { LocalStackError } from './errors.ts'
import { findOnPath, type Jdk, jdkVersionMin } from './jdk.ts'
import type { Environment } from './options.ts'
import { withPreparationLock } from './preparation-lock.ts'
import { runToEnd } from './run-to-end.ts'

const packageFolder = dirname(import.meta.dirname)
const repositoryFolder = dirname(dirname(packageFolder))

/** What the prepared folder depends on: when one of these changes, a new folder is prepared. */
const inputs = [
  'pom.xml',
  'servers/kafka/pom.xml',
  'servers/elasticsearch/pom.xml',
  'servers/elasticsearch-kql/pom.xml',
  'servers/java/DieWithParent.java',
  'servers/java/KafkaLauncher.java',
  'servers/java/ElasticsearchLauncher.java',
  'src/elasticsearch-module.ts',
  'src/prepare.ts',
] as const

/** Written last, so that its presence says that all the rest is there. */
const marker = 'prepared.json'

export interface Preparation {
  jdk: Jdk
  environment: Environment
  clock: Clock
  directory?: string
  /** Whether Elasticsearch is to know KQL. */
  kql?: boolean
  onProgress?: (text: string) => void
  signal?: AbortSignal
}

/** `kafka` and `elasticsearch` hold the jars, `kafka-launcher` and so on the compiled launchers. */
export type ServersFolder = string

/** Returns the prepared folder: at once when an earlier run made it, else after Maven and javac. */
export async function prepareServers(preparation: Preparation): Promise<ServersFolder> {
  const parent = preparation.directory ?? join(repositoryFolder, '.millrace/servers')
  const folder = join(parent, inputsHash())
  const { kql = false } = preparation
  const isPrepared = (): boolean => existsSync(join(folder, marker))
  const hasHome = (): boolean => existsSync(join(folder, elasticsearchHome({ kql })))
  if (isPrepared() && hasHome()) return folder
  mkdirSync(parent, { recursive: true })
  const { clock, signal } = preparation
  await withPreparationLock(`${folder}.lock`, { clock, signal }, async () => {
    // Somebody else may have prepared it while this process waited for the lock.
    if (!isPrepared()) await prepare(folder, preparation)
    if (!hasHome()) await prepareKql(folder, preparation)
  })
  return folder
}

async function prepare(folder: string, preparation: Preparation): Promise<void> {
  const unfinished = `${folder}.${process.pid}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
  try {
    await copyJars('pom.xml', unfinished, preparation)
    moveHttpModule(join(unfinished, 'elasticsearch'), join(unfinished, elasticsearchHome()))
    preparation.onProgress?.('compiling the launchers')
    await compile(unfinished, 'kafka', 'KafkaLauncher', preparation)
    await compile(unfinished, 'elasticsearch', 'ElasticsearchLauncher', preparation)
    writeFileSync(join(unfinished, marker), `${JSON.stringify({ inputs }, undefined, 2)}\n`)
    renameSync(unfinished, folder)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

async function copyJars(pom: string, target: string, preparation: Preparation): Promise<void> {
  const { environment, onProgress, jdk, signal } = preparation
  const maven = findOnPath('mvn', environment)
  if (maven === undefined) {
    throw new LocalStackError(
      'MILLRACE_STACK_NO_MAVEN',
      'Maven fetches Kafka and Elasticsearch (once, about 90 MB), and there is no `mvn` on the PATH. ' +
        'Install it (Debian: apt install maven; macOS: brew install maven).',
    )
  }
  onProgress?.('fetching Kafka and Elasticsearch with Maven (once)')
  let files = 0
  const onLine = (line: string): void => {
    if (!line.includes('Downloaded from')) return
    files += 1
    if (files % 25 === 0) onProgress?.(`fetching Kafka and Elasticsearch: ${files} files`)
  }
  await runToEnd(
    maven,
    [
      '--batch-mode',
      `--file=${join(packageFolder, pom)}`,
      'dependency:copy-dependencies',
      `-Dmillrace.servers=${target}`,
    ],
    // Maven takes the Java it is configured for; ours only when there is no other.
    {
      environment:
        findOnPath('java', environment) === undefined && !environment['JAVA_HOME']
          ? { ...environment, JAVA_HOME: jdk.home }
          : environment,
      signal,
      onLine,
      isWorthQuoting: (line) => line.startsWith('[ERROR]'),
    },
  )
}

/** Elasticsearch loads its HTTP layer from `modules/`; the same jars on the class path would clash. */
function moveHttpModule(jars: string, home: string): void {
  const names = /^(netty|transport-netty4)-/
  installModule(home, httpModule, { folder: jars, names })
  for (const name of readdirSync(jars)) if (names.test(name)) rmSync(join(jars, name))
}

/** A second home beside the first, for those who ask for KQL. Its jars are fetched only then. */
async function prepareKql(folder: ServersFolder, preparation: Preparation): Promise<void> {
  const jars = `${folder}.${process.pid}.kql`
  const home = `${jars}-home`
  try {
    await copyJars('servers/elasticsearch-kql/pom.xml', jars, preparation)
    cpSync(join(folder, elasticsearchHome()), home, { recursive: true })
    const names = { folder: join(jars, 'elasticsearch-kql'), names: /\.jar$/ }
    installModule(home, kqlModule, names)
    renameSync(home, join(folder, elasticsearchHome({ kql: true })))
  } finally {
    for (const unfinished of [jars, home]) rmSync(unfinished, { recursive: true, force: true })
  }
}

/** Home of a node, in the prepared folder. */
export function elasticsearchHome({ kql = false }: { kql?: boolean } = {}): string {
  return kql ? 'elasticsearch-kql-home' : 'elasticsearch-home'
}

/** Compiled once, a launcher starts a second sooner than as a source file. */
async function compile(
  folder: string,
  server: string,
  launcher: string,
  preparation: Preparation,
): Promise<void> {
  const sources = ['DieWithParent', launcher].map((name) =>
    join(packageFolder, `servers/java/${name}.java`),
  )
  const classPath = join(folder, server, '*')
  const output = join(folder, `${server}-launcher`)
  await runToEnd(
    join(preparation.jdk.home, 'bin/javac'),
    ['--release', String(jdkVersionMin), '-nowarn', '-cp', classPath, '-d', output, ...sources],
    { environment: preparation.environment, signal: preparation.signal },
  )
}

function inputsHash(): string {
  const hash = createHash('sha256')
  for (const name of inputs) hash.update(readFileSync(join(packageFolder, name)))
  return hash.digest('hex').slice(0, 12)
}
