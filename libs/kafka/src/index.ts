// The door of the topic.
export type {
  Administration,
  AssignedPartition,
  Compression,
  ConsumerGroup,
  ConsumerGroupOptions,
  KafkaRecord,
  OutgoingRecord,
  PackedPublishRequest,
  PackedRecords,
  PartitionOffset,
  Producer,
  PublishedBatch,
  PublishRequest,
  RecordBatch,
  RecordFields,
  TopicDescription,
  TopicPartition,
} from './port.ts'
export { compressions } from './port.ts'
export {
  kafkaSettings,
  type KafkaSettings,
  type KafkaSettingsInput,
  saslMechanisms,
  saslSettings,
  tlsSettings,
} from './settings.ts'
export { type AdministrationOptions, createAdministration } from './administration.ts'
export { createConsumerGroup } from './consumer-group.ts'
export {
  consumerGroupDefaults,
  type ConsumerGroupLimits,
  type GroupOptions,
} from './group/options.ts'
export type { ClusterOptions, KafkaLogEntry } from './cluster.ts'
export { type FailureReason, failureReasons } from './failure.ts'
export { createProducer, type ProducerOptions } from './producer.ts'
export { copiedRecord } from './records/fetched-record.ts'
export {
  type RangesRead,
  type ReadRangesOptions,
  readTopicRanges,
  type TopicRange,
} from './topic-ranges.ts'
export { type TailOptions, tailTopic } from './topic-tail.ts'
