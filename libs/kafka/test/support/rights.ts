// Rights of users, given by somebody who may: only for tests, the product has no such request.
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs'
import { until } from '../../../../test/e2e/support/until.ts'

export interface Right {
  user: string
  resource: 'topic' | 'group'
  name: string
  operation: 'Read' | 'Write' | 'Create' | 'Describe' | 'DescribeConfigs'
}

const operations = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
} as const

export async function grantRights(broker: string, rights: readonly Right[]): Promise<void> {
  const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const acl = rights.map(({ user, resource, name, operation }) => ({
      principal: `User:${user}`,
      host: '*',
      resourceType: resource === 'topic' ? AclResourceTypes.TOPIC : AclResourceTypes.GROUP,
      resourceName: name,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      operation: operations[operation],
      permissionType: AclPermissionTypes.ALLOW,
    }))
    await admin.createAcls({ acl })
    // The controller has them; the broker, which judges by its own copy of the log, follows.
    for (const entry of acl) {
      await until('the broker knows the rights', async () => {
        return (await admin.describeAcls(entry)).resources.length > 0
      })
    }
  } finally {
    await admin.disconnect()
  }
}
