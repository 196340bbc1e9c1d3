// A module of Elasticsearch: a folder of jars with a descriptor, as the node looks for them under its home.
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jdkVersionMin } from './jdk.ts'

export interface ElasticsearchModule {
  name: string
  description: string
  classname: string
}

export const httpModule = {
  name: 'transport-netty4',
  description: 'Netty 4 based transport implementation',
  classname: 'org.elasticsearch.transport.netty4.Netty4Plugin',
}

/** The query `kql`, and so Elasticsearch's own judgement of KQL. */
export const kqlModule = {
  name: 'x-pack-kql',
  description: 'KQL',
  classname: 'org.elasticsearch.xpack.kql.KqlPlugin',
}

/** Copies the jars whose names match into the home's module, of the version of the jar that bears its name. */
export function installModule(
  home: string,
  { name, description, classname }: ElasticsearchModule,
  jars: { folder: string; names: RegExp },
): void {
  const module = join(home, 'modules', name)
  mkdirSync(module, { recursive: true })
  let version = ''
  for (const jar of readdirSync(jars.folder)) {
    if (!jars.names.test(jar)) continue
    if (jar.startsWith(`${name}-`)) version = jar.slice(name.length + 1, -'.jar'.length)
    cpSync(join(jars.folder, jar), join(module, jar))
  }
  const descriptor = {
    name,
    description,
    version,
    'elasticsearch.version': version,
    'java.version': String(jdkVersionMin),
    classname,
  }
  const lines = Object.entries(descriptor).map(([key, value]) => `${key}=${value}`)
  writeFileSync(join(module, 'plugin-descriptor.properties'), `${lines.join('\n')}\n`)
}
