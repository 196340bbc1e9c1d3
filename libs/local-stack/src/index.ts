// The door: real Kafka and Elasticsearch for tests, `npm start`, chaos runs and benchmarks.
export { LocalStackError, type LocalStackErrorCode, localStackErrorCodes } from './errors.ts'
export { startLocalStack } from './local-stack.ts'
export { startTestStack } from './test-stack.ts'
export type {
  ElasticsearchOptions,
  KafkaOptions,
  LocalStack,
  LocalStackOptions,
  ScramUser,
  SecuredListener,
  StackEndpoints,
} from './options.ts'
export { freePort, isFree as isPortFree } from './ports.ts'
export { commandLine, isAlive, trySignal } from './processes.ts'
