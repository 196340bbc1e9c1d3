// The real templates, in the real Elasticsearch, before a test writes.
import { createElasticStore } from '@millrace/elastic'

export async function installTemplates(url: string): Promise<void> {
  const store = createElasticStore({ nodes: [url] })
  try {
    await store.installTemplates()
  } finally {
    await store.close()
  }
}
