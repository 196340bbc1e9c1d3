// What a value of a line is, by number; the same as in src/plans/kinds.ts, which says more.
export const endKind: i32 = 0
export const refusedKind: i32 = 1
export const textKind: i32 = 2
export const numberKind: i32 = 3
export const integerKind: i32 = 4
export const epochMsKind: i32 = 5
export const isoTimeKind: i32 = 6
export const hex16Kind: i32 = 7
export const hex32Kind: i32 = 8
export const ipKind: i32 = 9
export const durationMsKind: i32 = 10
export const maskedKind: i32 = 11
export const urlPathKind: i32 = 12
export const urlQueryKind: i32 = 13
export const urlFragmentKind: i32 = 14
