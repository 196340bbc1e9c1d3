// The client's own encoder and decoder, which judge ours.
declare module 'kafkajs/src/protocol/decoder.js' {
  const Decoder: new (bytes: Buffer) => object
  export default Decoder
}
declare module 'kafkajs/src/protocol/recordBatch/v0/decoder.js' {
  const decode: (decoder: object) => Promise<{ records: object[] }>
  export default decode
}
declare module 'kafkajs/src/protocol/recordBatch/v0/index.js' {
  const module: { RecordBatch: (options: object) => Promise<{ buffer: Buffer }> }
  export default module
}
declare module 'kafkajs/src/protocol/recordBatch/record/v0/index.js' {
  const encode: (record: object) => object
  export default encode
}
declare module 'snappyjs' {
  export function compress(bytes: Uint8Array): Uint8Array
}
