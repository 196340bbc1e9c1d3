import { expect, test } from 'vitest'
import { kafkaEnvironment } from '../src/container-stack.ts'
import { elasticsearchSettings, renderYaml } from '../src/elasticsearch-config.ts'
import { formatArguments, kafkaProperties, renderProperties } from '../src/kafka-config.ts'

const one = { nodeId: 1, ports: [9092], controllerPorts: [9093], logDirectory: '/data' }
const three = { ...one, ports: [1, 2, 3], controllerPorts: [4, 5, 6] }

test('one broker keeps one replica of everything, three keep three and need two of them', () => {
  const single = kafkaProperties(one)
  const triple = kafkaProperties({ ...three, nodeId: 2 })
  for (const key of [
    'default.replication.factor',
    'offsets.topic.replication.factor',
    'transaction.state.log.replication.factor',
  ]) {
    expect([key, single[key], triple[key]]).toEqual([key, '1', '3'])
  }
  expect(single['min.insync.replicas']).toBe('1')
  expect(triple['min.insync.replicas']).toBe('2')
  expect(triple['transaction.state.log.min.isr']).toBe('2')
})

test('each node of three listens on its own ports and names the whole quorum', () => {
  const properties = kafkaProperties({ ...three, nodeId: 2 })
  expect(properties['node.id']).toBe('2')
  expect(properties['listeners']).toBe('PLAINTEXT://127.0.0.1:2,CONTROLLER://127.0.0.1:5')
  expect(properties['advertised.listeners']).toBe('PLAINTEXT://127.0.0.1:2')
  expect(properties['controller.quorum.voters']).toBe('1@127.0.0.1:4,2@127.0.0.1:5,3@127.0.0.1:6')
})

test('a second listener tells clients the port of the proxy before it, and brokers talk past it', () => {
  const proxied = { port: 7, advertisedPort: 8 }
  const properties = kafkaProperties({ ...three, nodeId: 2, proxied })
  expect(properties['listeners']).toBe(
    'PLAINTEXT://127.0.0.1:2,PROXIED://127.0.0.1:7,CONTROLLER://127.0.0.1:5',
  )
  expect(properties['advertised.listeners']).toBe('PLAINTEXT://127.0.0.1:2,PROXIED://127.0.0.1:8')
  expect(properties['inter.broker.listener.name']).toBe('PLAINTEXT')
})

test('further listeners are served and told beside the plain one, each with its protocol', () => {
  const secured = [
    { name: 'SECURE', port: 7, protocol: 'SASL_SSL' },
    { name: 'MUTUAL', port: 8, protocol: 'SSL' },
  ] as const
  const properties = kafkaProperties({ ...one, secured })
  expect(properties['listeners']).toBe(
    'PLAINTEXT://127.0.0.1:9092,SECURE://127.0.0.1:7,MUTUAL://127.0.0.1:8,CONTROLLER://127.0.0.1:9093',
  )
  expect(properties['advertised.listeners']).toBe(
    'PLAINTEXT://127.0.0.1:9092,SECURE://127.0.0.1:7,MUTUAL://127.0.0.1:8',
  )
  expect(properties['listener.security.protocol.map']).toBe(
    'PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL,MUTUAL:SSL',
  )
})

test('each SCRAM user is one pair of arguments, one argument a line', () => {
  const mechanism = 'SCRAM-SHA-512'
  expect(formatArguments([])).toBe('')
  expect(formatArguments([{ name: 'ann', password: 'a,b', mechanism }])).toBe(
    '--add-scram\nSCRAM-SHA-512=[name="ann",password="a,b"]',
  )
})

test('topics are never created by asking for them, and extra properties win', () => {
  expect(kafkaProperties(one)['auto.create.topics.enable']).toBe('false')
  const extraProperties = { 'auto.create.topics.enable': 'true', 'message.max.bytes': '2000' }
  expect(kafkaProperties({ ...one, extraProperties })).toMatchObject(extraProperties)
})

test('a backslash and a line break of a property survive java.util.Properties', () => {
  expect(renderProperties({ 'log.dirs': 'C:\\data', a: 'b\nc' })).toBe(
    'log.dirs=C:\\\\data\na=b\\nc\n',
  )
})

test('Elasticsearch never blocks writes for the disk, and extra settings win', () => {
  const config = {
    httpPort: 9200,
    transportPort: 9300,
    dataDirectory: '/a b/data',
    logDirectory: '/logs',
  }
  expect(elasticsearchSettings(config)).toMatchObject({
    'discovery.type': 'single-node',
    'http.port': '9200',
    'path.data': '/a b/data',
    'cluster.routing.allocation.disk.threshold_enabled': 'false',
  })
  const extraSettings = { 'http.max_content_length': '1mb' }
  expect(elasticsearchSettings({ ...config, extraSettings })).toMatchObject(extraSettings)
})

test('a setting with a quote or a colon stays one YAML value', () => {
  expect(renderYaml({ 'path.data': '/a: "b"' })).toBe('path.data: "/a: \\"b\\""\n')
})

test('Kafka properties are spelled as the container image reads them', () => {
  expect(kafkaEnvironment({ 'message.max.bytes': '1' })).toMatchObject({
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    KAFKA_MESSAGE_MAX_BYTES: '1',
  })
})
