import { expect, test } from 'vitest'
import { tlsText } from '../src/tls-text.ts'

// The words of Node 24 with OpenSSL 3.5.
test.each([
  ['certificate has expired', 'must renew it'],
  ['certificate is not yet valid', 'clocks'],
  [
    "Hostname/IP does not match certificate's altnames: Host: localhost. is not in the cert's altnames: IP Address:127.0.0.1",
    'MILLRACE_ELASTICSEARCH_URL',
  ],
  [
    'unable to verify the first certificate; if the root CA is installed locally, try running Node.js with --use-system-ca',
    'MILLRACE_ELASTICSEARCH_CA_FILE',
  ],
  ['self-signed certificate in certificate chain', 'MILLRACE_ELASTICSEARCH_CA_FILE'],
  ['unable to get local issuer certificate', 'MILLRACE_ELASTICSEARCH_CA_FILE'],
  [
    '40B7:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:SSL alert number 116',
    'wants a client certificate',
  ],
  [
    '00B7:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:ssl3_record.c:354:',
    'must begin with http, not https',
  ],
])('%s is told with what to set right', (message, words) => {
  expect(tlsText(message)).toContain(words)
})

test.each(['connect ECONNREFUSED 127.0.0.1:9200', 'other side closed', 'getaddrinfo ENOTFOUND x'])(
  '%s is not about TLS',
  (message) => {
    expect(tlsText(message)).toBeUndefined()
  },
)
