// Elastic's client, as the CommonJS modules that it also has: a process that loads its ES modules is 1.5 MiB larger.
import { createRequire } from 'node:module'
import type * as elasticsearch from '@elastic/elasticsearch'

export type { NodeOptions, TransportOptions } from '@elastic/elasticsearch'

const require = createRequire(import.meta.url)

export const { Client, errors, Transport, UndiciConnection } =
  require('@elastic/elasticsearch') as typeof elasticsearch
export type Client = elasticsearch.Client
export type UndiciConnection = elasticsearch.UndiciConnection
