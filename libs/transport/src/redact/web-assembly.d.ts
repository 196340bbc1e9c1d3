// What of the WebAssembly JavaScript interface is used here; Node's own types do not have it.
declare namespace WebAssembly {
  interface Module {
    readonly module: never
  }
  const Module: new (bytes: Uint8Array) => Module
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
    readonly exports: Record<string, unknown>
  }
}
