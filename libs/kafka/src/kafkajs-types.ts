// The Kafka client's inner classes, as far as this package uses them (kafkajs 2.2.4, exactly).

export interface KafkaPartitionMetadata {
  partitionErrorCode: number
  partitionId: number
  leader: number
  replicas: number[]
  isr: number[]
}

export interface KafkaTopicMetadata {
  topicErrorCode: number
  topic: string
  isInternal: boolean
  partitionMetadata: KafkaPartitionMetadata[]
}

export interface KafkaMetadata {
  brokers: { nodeId: number; host: string; port: number }[]
  clusterId: string | null
  controllerId: number
  topicMetadata: KafkaTopicMetadata[]
}

export interface KafkaRequest {
  request: {
    apiKey: number
    apiVersion: number
    apiName: string
    encode: () => Promise<unknown>
    expectResponse?: () => boolean
  }
  response: {
    decode: (raw: Buffer) => Promise<unknown>
    parse: (decoded: never) => Promise<unknown>
  }
  requestTimeout?: number | null
  logResponseError?: boolean
}

export interface KafkaConnection {
  host: string
  port: number
  clientId: string
  connectionTimeout: number
  connectionStatus: string
  isConnected(): boolean
  isAuthenticated(): boolean
  authenticate(): Promise<void>
  failIfNotConnected(): void
  nextCorrelationId(): number
  requestQueue: {
    rejectAll(error: Error): void
    destroy(): void
    maybeThrottle(throttleMs: number | null | undefined): void
    push(pushed: {
      entry: {
        apiKey: number
        apiName: string
        apiVersion: number
        correlationId: number
        resolve: (answer: { payload: Buffer }) => void
        reject: (error: Error) => void
      }
      expectResponse: boolean
      requestTimeout: number | null
      sendRequest: () => void
    }): void
  }
  socket?: { destroy(): void; write(bytes: Uint8Array): boolean }
}

export interface KafkaConnectionPool {
  host: string
  port: number
  pool: KafkaConnection[]
  isConnected(): boolean
  send(request: KafkaRequest): Promise<unknown>
  getConnection(): Promise<KafkaConnection>
}

export interface OffsetRequestTopics {
  topic: string
  partitions: { partition: number; timestamp?: number; offset?: string }[]
}

export interface KafkaBroker {
  nodeId: number | string | null
  connectionPool: KafkaConnectionPool
  isConnected: (this: KafkaBroker) => boolean
  connect: (this: KafkaBroker) => Promise<void>
  disconnect(): Promise<void>
  lookupRequest(apiKey: number, definition: unknown): (options: object) => KafkaRequest
  metadata(topics: readonly string[]): Promise<KafkaMetadata>
  findGroupCoordinator(options: {
    groupId: string
    coordinatorType: number
  }): Promise<{ coordinator: { nodeId: number; host: string; port: number } }>
  joinGroup(options: {
    groupId: string
    sessionTimeout: number
    rebalanceTimeout: number
    memberId: string
    groupProtocols: { name: string; metadata: Buffer }[]
  }): Promise<{
    generationId: number
    groupProtocol: string
    leaderId: string
    memberId: string
    members: { memberId: string; memberMetadata: Buffer }[]
  }>
  syncGroup(options: {
    groupId: string
    generationId: number
    memberId: string
    groupAssignment: { memberId: string; memberAssignment: Buffer }[]
  }): Promise<{ memberAssignment: Buffer }>
  heartbeat(options: {
    groupId: string
    groupGenerationId: number
    memberId: string
  }): Promise<unknown>
  leaveGroup(options: { groupId: string; memberId: string }): Promise<unknown>
  offsetFetch(options: { groupId: string; topics: OffsetRequestTopics[] }): Promise<{
    responses: {
      topic: string
      partitions: { partition: number; offset: string; metadata?: string | null }[]
    }[]
  }>
  offsetCommit(options: {
    groupId: string
    groupGenerationId: number
    memberId: string
    topics: OffsetRequestTopics[]
  }): Promise<unknown>
  listOffsets(options: {
    replicaId: number
    isolationLevel: number
    topics: OffsetRequestTopics[]
  }): Promise<{
    responses: { topic: string; partitions: { partition: number; offset: string }[] }[]
  }>
  createTopics(options: { topics: object[]; timeout: number }): Promise<unknown>
  deleteTopics(options: { topics: readonly string[]; timeout: number }): Promise<unknown>
  describeConfigs(options: { resources: object[]; includeSynonyms: boolean }): Promise<{
    resources: { configEntries: { configName: string; configValue: string | null }[] }[]
  }>
  deleteGroups(groupIds: readonly string[]): Promise<{ results: { error?: Error }[] }>
  listGroups(): Promise<{ groups: { groupId: string; protocolType: string }[] }>
  describeGroups(options: { groupIds: string[] }): Promise<{
    groups: {
      errorCode: number
      groupId: string
      state: string
      members: {
        memberId: string
        clientId: string
        clientHost: string
        memberAssignment: Buffer
      }[]
    }[]
  }>
}

export interface KafkaBrokerPool {
  brokers: Record<string, KafkaBroker>
  seedBroker: KafkaBroker | undefined
  metadata: KafkaMetadata | null
  metadataExpireAt: number | null
  createBroker: (this: void, options: object) => KafkaBroker
  connectionPoolBuilder: {
    build: (
      this: void,
      destination?: { host?: string; port?: number; rack?: string },
    ) => Promise<unknown>
  }
  findConnectedBroker(): Promise<KafkaBroker>
}

export interface KafkaCluster {
  brokerPool: KafkaBrokerPool
  targetTopics: Set<string>
  isConnected(): boolean
  connect(): Promise<void>
  disconnect(): Promise<void>
  refreshMetadata(): Promise<void>
  refreshMetadataIfNecessary(): Promise<void>
  findBroker(options: { nodeId: number | string }): Promise<KafkaBroker>
  findControllerBroker(): Promise<KafkaBroker>
}
