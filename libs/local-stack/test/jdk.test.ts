import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findJdk, jdkVersion } from '../src/jdk.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-jdk-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function makeJdk(path: string, version: string, programs = ['java', 'javac']): string {
  const home = join(folder, path)
  mkdirSync(join(home, 'bin'), { recursive: true })
  writeFileSync(join(home, 'release'), `IMPLEMENTOR="Test"\nJAVA_VERSION="${version}"\n`)
  for (const program of programs) {
    writeFileSync(join(home, 'bin', program), '')
    chmodSync(join(home, 'bin', program), 0o755)
  }
  return home
}

test('JAVA_HOME wins over PATH and over a newer JDK of the system when it is new enough', () => {
  const named = makeJdk('named', '21.0.4')
  const onPath = makeJdk('on-path', '24')
  makeJdk('jvm/newer', '25.0.1')
  const environment = { JAVA_HOME: named, PATH: join(onPath, 'bin') }
  expect(findJdk(environment, [join(folder, 'jvm')])).toEqual({ home: named, version: 21 })
})

test('a JAVA_HOME that is too old is passed over for the java of PATH, through its links', () => {
  const old = makeJdk('old', '17.0.15')
  const onPath = makeJdk('on-path', '23.0.1')
  mkdirSync(join(folder, 'bin'))
  symlinkSync(join(onPath, 'bin/java'), join(folder, 'bin/java'))
  const environment = { JAVA_HOME: old, PATH: `/nowhere:${join(folder, 'bin')}` }
  expect(findJdk(environment, [])).toEqual({ home: onPath, version: 23 })
})

test('with neither, the newest JDK of the system folders is taken, also in the layout of macOS', () => {
  makeJdk('jvm/java-21', '21.0.2')
  const newest = makeJdk('mac/temurin-25.jdk/Contents/Home', '25')
  makeJdk('jvm/java-8', '1.8.0_392')
  expect(findJdk({}, [join(folder, 'jvm'), join(folder, 'mac')])).toEqual({
    home: newest,
    version: 25,
  })
})

test('without a JDK that is new enough, one line names each place, what is there and what to do', () => {
  const old = makeJdk('jvm/java-17', '17.0.15')
  const jvm = join(folder, 'jvm')
  const find = (): unknown => findJdk({ JAVA_HOME: old, PATH: '/nowhere' }, [jvm])
  expect(find).toThrow(
    expect.objectContaining({
      code: 'MILLRACE_STACK_NO_JDK',
      message:
        `Kafka and Elasticsearch need a JDK 21 or newer; looked at JAVA_HOME (${old}: JDK 17), ` +
        `java on PATH (none), ${jvm}/* (JDK 17). ` +
        'Install one (for example Temurin 25 from adoptium.net) or set JAVA_HOME to it.',
    }),
  )
})

test('a Java without a compiler is no JDK', () => {
  expect(jdkVersion(makeJdk('jre', '25', ['java']))).toBeUndefined()
})

test('the version is read from every spelling of JAVA_VERSION', () => {
  expect(jdkVersion(makeJdk('a', '1.8.0_392'))).toBe(8)
  expect(jdkVersion(makeJdk('b', '26-ea'))).toBe(26)
  expect(jdkVersion(makeJdk('c', 'unknown'))).toBeUndefined()
})
