// The document: what one event looks like when it goes to Elasticsearch.

/** Any value that JSON can hold. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject
export interface JsonObject {
  [name: string]: JsonValue
}

/** A document ready for JSON.stringify: nested objects, ECS names, nothing undefined. */
export interface EcsDocument extends JsonObject {
  '@timestamp': string
}
