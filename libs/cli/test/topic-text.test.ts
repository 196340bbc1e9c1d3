import { expect, test } from 'vitest'
import { describedTopic } from '../src/topic-text.ts'

test('a topic is described in the words and order of kafka-topics.sh', () => {
  const text = describedTopic({
    topic: 'logs',
    partitions: [
      { partition: 0, leader: 2, replicas: [2, 3], inSyncReplicas: [2] },
      { partition: 1, leader: -1, replicas: [3, 2], inSyncReplicas: [] },
    ],
    configuration: { 'min.insync.replicas': '2', 'unclean.leader.election.enable': 'false' },
  })
  expect(text).toBe(
    [
      'Topic: logs\tPartitionCount: 2\tReplicationFactor: 2\tConfigs: min.insync.replicas=2',
      '\tTopic: logs\tPartition: 0\tLeader: 2\tReplicas: 2,3\tIsr: 2',
      '\tTopic: logs\tPartition: 1\tLeader: none\tReplicas: 3,2\tIsr: ',
      '',
    ].join('\n'),
  )
})
