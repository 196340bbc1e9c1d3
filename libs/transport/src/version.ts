// Who wrote the record: the version that travels as `agent.version`; a test keeps it equal to package.json's.
export const version = '0.1.0'
