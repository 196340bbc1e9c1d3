// Kibana: the address that opens a search in Discover.

export interface KibanaPlace {
  url: string
  space: string
}

/** The data view that `millrace setup` installs. */
const dataViewId = 'millrace-logs'

export function discoverUrl(
  { url, space }: KibanaPlace,
  { from, to, kql }: { from: string; to: string; kql: string },
): string {
  const inSpace = space === 'default' ? '' : `/s/${encodeURIComponent(space)}`
  const time = `(time:(from:${risonText(from)},to:${risonText(to)}))`
  const source = `dataSource:(dataViewId:${risonText(dataViewId)},type:dataView)`
  const query = `query:(language:kuery,query:${risonText(kql)})`
  const state = `_g=${encodeURIComponent(time)}&_a=${encodeURIComponent(`(${source},${query})`)}`
  return `${url.replace(/\/+$/, '')}${inSpace}/app/discover#/?${state}`
}

/** Rison, which Kibana's addresses are written in: `!` escapes itself and the quote. */
function risonText(text: string): string {
  return `'${text.replaceAll(/[!']/g, '!$&')}'`
}
