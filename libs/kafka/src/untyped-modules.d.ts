// Modules without types of their own. What is used of them is typed where they are imported.
declare module 'snappyjs' {
  export function compress(bytes: Uint8Array): Uint8Array
}
declare module 'kafkajs/src/cluster/index.js' {
  const value: unknown
  export default value
}
declare module 'kafkajs/src/loggers/index.js' {
  const value: unknown
  export default value
}
declare module 'kafkajs/src/network/connection.js' {
  const value: unknown
  export default value
}
declare module 'kafkajs/src/network/requestQueue/index.js' {
  const value: unknown
  export default value
}
declare module 'kafkajs/src/protocol/requests/index.js' {
  const value: unknown
  export default value
}
declare module 'kafkajs/src/consumer/assignerProtocol.js' {
  const value: unknown
  export default value
}
