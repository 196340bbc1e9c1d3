import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeAssignment, encodeShares, shareOut } from '../../src/group/assignor.ts'

const members = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 8,
})
const partitions = fc.uniqueArray(fc.nat({ max: 200 }), { maxLength: 40 })

describe('sharing out partitions', () => {
  it('gives each partition to one member, and to each as many as to any other, give or take one', () => {
    fc.assert(
      fc.property(members, partitions, (ids, all) => {
        const shares = [...shareOut(ids, all).values()]
        expect(shares.flat().toSorted(byNumber)).toEqual(all.toSorted(byNumber))
        const sizes = shares.map((share) => share.length)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('does not depend on the order in which the members joined', () => {
    fc.assert(
      fc.property(members, partitions, (ids, all) => {
        expect(shareOut(ids.toReversed(), all.toReversed())).toEqual(shareOut(ids, all))
      }),
    )
  })

  it('tells each member what it was given, on the wire and back', () => {
    fc.assert(
      fc.property(members, partitions, fc.boolean(), (ids, all, groupHasOffsets) => {
        const shares = shareOut(ids, all)
        for (const { memberId, memberAssignment } of encodeShares(
          'logs',
          shares,
          groupHasOffsets,
        )) {
          expect(decodeAssignment('logs', memberAssignment)).toEqual({
            partitions: shares.get(memberId),
            groupHasOffsets,
          })
        }
      }),
    )
  })
})

describe('an assignment by a leader of another make', () => {
  it('without a word on offsets is read from the beginning rather than passing records over', () => {
    const [share] = encodeShares('logs', new Map([['a', [3, 1]]]), false)
    const withoutExtras = share!.memberAssignment.subarray(
      0,
      -'{"groupHasOffsets":false}'.length - 4,
    )
    const bytes = Buffer.concat([withoutExtras, Buffer.alloc(4)])
    expect(decodeAssignment('logs', bytes)).toEqual({ partitions: [1, 3], groupHasOffsets: true })
  })

  it('that is empty gives nothing', () => {
    expect(decodeAssignment('logs', Buffer.alloc(0)).partitions).toEqual([])
  })
})

function byNumber(left: number, right: number): number {
  return left - right
}
