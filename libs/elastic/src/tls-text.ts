// The store's door: what is wrong with TLS, in words that say what to set right.

/**
 * What a failed connection says of TLS; undefined when it is about something else. By Node's words, since the
 * client passes no codes on. Wording only: whether to retry does not depend on it.
 */
export function tlsText(message: string): string | undefined {
  return tlsTexts.find(([words]) => words.test(message))?.[1]
}

const tlsTexts: readonly (readonly [words: RegExp, text: string])[] = [
  [
    /altnames/i,
    'its certificate is for other names than this one. MILLRACE_ELASTICSEARCH_URL must use a name that the certificate has',
  ],
  [/certificate has expired/i, 'its certificate has expired. Whoever runs it must renew it'],
  [
    /certificate is not yet valid/i,
    'its certificate is not valid yet. Look at the clocks here and there, and when it was issued',
  ],
  [
    /alert (\w+ )*certificate|alert unknown ca/i,
    'it wants a client certificate, and Millrace logs in to Elasticsearch by API key or password only',
  ],
  [
    /self[- ]signed|unable to (verify|get) |certificate/i,
    'its certificate was not signed by an authority that is trusted here. MILLRACE_ELASTICSEARCH_CA_FILE must name the authority that signed it',
  ],
  [
    /wrong version number|packet length too long|http request/i,
    'it speaks none there. Its address in MILLRACE_ELASTICSEARCH_URL must begin with http, not https',
  ],
]
