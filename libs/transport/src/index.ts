// The door of the transport.
export const version = '0.1.0'
