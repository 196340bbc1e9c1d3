// API keys for setup, indexers and the console of docker-compose.secure.yml, each with the rights that docs/security.md names, and Kibana's
// own password. May run again: a key that is there is kept.  node api-keys.mjs ELASTICSEARCH-URL SECRETS KEYS
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [url, secrets, keys] = process.argv.slice(2)
const secret = (name) => readFileSync(join(secrets, name), 'utf8').trim()
const login = `elastic:${secret('elastic-password')}`
const authorization = `Basic ${Buffer.from(login).toString('base64')}`

async function ask(path, body) {
  const response = await fetch(new URL(path, url), {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  })
  const text = await response.text()
  if (!response.ok)
    throw new Error(`Elasticsearch answered ${path} with ${response.status}: ${text}`)
  return JSON.parse(text)
}

const names = ['logs-*-*', 'metrics-millrace.*-*']
const roles = {
  indexer: {
    indices: [
      {
        names,
        privileges: ['create_doc', 'auto_configure', 'read', 'view_index_metadata', 'delete'],
      },
    ],
  },
  console: {
    indices: [{ names, privileges: ['read', 'view_index_metadata', 'maintenance'] }],
  },
  setup: {
    cluster: ['manage_index_templates'],
    indices: [{ names, privileges: ['read', 'view_index_metadata'] }],
    applications: [
      { application: 'kibana-.kibana', privileges: ['space_all'], resources: ['space:default'] },
    ],
  },
}

await ask('/_security/user/kibana_system/_password', { password: secret('kibana-password') })
for (const [name, role] of Object.entries(roles)) {
  const file = join(keys, `${name}-api-key`)
  if (existsSync(file)) continue
  const made = await ask('/_security/api_key', {
    name: `millrace-${name}`,
    role_descriptors: { [name]: role },
  })
  writeFileSync(file, `${made.encoded}\n`, { mode: 0o600 })
}
