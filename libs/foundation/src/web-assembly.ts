// Machines: WebAssembly that does what would take JavaScript too long.

/** What of the WebAssembly JavaScript interface is used; Node's own types do not have it. */
declare namespace WebAssembly {
  export interface Module {
    readonly module: never
  }
  export const Module: new (bytes: Uint8Array) => Module
  export class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
    readonly exports: Record<string, unknown>
  }
}

/**
 * What a compiled module exports, compiled and set up here and now; so for small ones. Whoever asks knows their types.
 * @throws RangeError without memory for it, ReferenceError where the engine runs no WebAssembly (`--jitless`).
 */
export function instantiateWebAssembly(
  code: Uint8Array,
  imports: Record<string, Record<string, unknown>> = {},
): unknown {
  return new WebAssembly.Instance(new WebAssembly.Module(code), imports).exports
}
