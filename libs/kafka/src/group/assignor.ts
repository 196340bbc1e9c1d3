// The group's partitions, shared out: what the leading member decides and what each member is told.
import { MemberAssignment, MemberMetadata } from '../kafkajs-seams.ts'

/** Kafka's own name for this way to share out, so that its tools and other clients know it. */
export const assignorName = 'roundrobin'

export interface ReceivedAssignment {
  partitions: number[]
  /** Whether the group had committed offsets of the topic when this generation was formed. */
  groupHasOffsets: boolean
}

/** What a member says of itself when it joins. */
export function encodeSubscription(topic: string): Buffer {
  return MemberMetadata.encode({ version: 0, topics: [topic] })
}

/** Partitions in order, dealt out to the members in the order of their ids: shares differ by one at most. */
export function shareOut(
  memberIds: readonly string[],
  partitions: readonly number[],
): Map<string, number[]> {
  const members = memberIds.toSorted()
  const shares = new Map<string, number[]>(members.map((member) => [member, []]))
  for (const [index, partition] of partitions.toSorted((a, b) => a - b).entries()) {
    shares.get(members[index % members.length]!)!.push(partition)
  }
  return shares
}

export function encodeShares(
  topic: string,
  shares: ReadonlyMap<string, number[]>,
  groupHasOffsets: boolean,
): { memberId: string; memberAssignment: Buffer }[] {
  const userData = Buffer.from(JSON.stringify({ groupHasOffsets }))
  return [...shares].map(([memberId, partitions]) => ({
    memberId,
    memberAssignment: MemberAssignment.encode({
      version: 0,
      assignment: partitions.length === 0 ? {} : { [topic]: partitions },
      userData,
    }),
  }))
}

/** Other topics and unreadable extras are passed over: a leader of another make may have written them. */
export function decodeAssignment(topic: string, bytes: Buffer): ReceivedAssignment {
  const decoded = bytes.length === 0 ? null : MemberAssignment.decode(bytes)
  const partitions = decoded?.assignment[topic] ?? []
  // Without word from the leader, reading too much is better than passing records over.
  let groupHasOffsets = true
  try {
    const extras: unknown = JSON.parse(decoded?.userData?.toString() ?? '')
    if (typeof extras === 'object' && extras !== null && 'groupHasOffsets' in extras) {
      groupHasOffsets = extras.groupHasOffsets !== false
    }
  } catch {
    groupHasOffsets = true
  }
  return { partitions: partitions.toSorted((a, b) => a - b), groupHasOffsets }
}
