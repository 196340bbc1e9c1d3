// What the machine asks of JavaScript, for values that are rare.

/** Whether an address stands there that is not of the common shape. */
export declare function isAddress(start: i32, end: i32): bool

/** Whether JSON.stringify writes the number that stands there the same way. */
export declare function isShortest(start: i32, end: i32): bool

/**
 * Reads the time that stands there, and writes it as ISO 8601 to `isoAt`.
 * @returns how long that is; -1 for one that does not say its zone
 */
export declare function readTime(start: i32, end: i32): i32

/** Of the time that was read last. Unit: epoch ms. */
export declare function timeRead(): f64
