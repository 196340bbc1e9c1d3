// Redaction: the names whose values are secrets wherever they appear.

/**
 * A star stands for any beginning. The list unites what OWASP's logging cheat sheet, Elastic's APM agents
 * (`sanitize_field_names`), Sentry's and OpenTelemetry's scrubbers and users of pino's `redact` name, less what often is
 * no secret: `key`, `auth`, `pin`, `session_id`, `user`. `tokens_used` and `secretary` end otherwise.
 */
export const defaultKeys: readonly string[] = [
  // Passwords.
  '*password',
  '*passwords',
  'password1',
  'password2',
  '*password-confirm',
  '*password-confirmation',
  '*password-hash',
  '*passwd',
  '*passphrase',
  '*passcode',
  '*pwd',
  'pass',
  // Tokens and what opens a session.
  '*token',
  '*authorization',
  '*cookie',
  'cookies',
  // Names and values in turn, of Node's requests.
  'raw-headers',
  '*sessid',
  'jsessionid',
  'connect.sid',
  '*jwt',
  'bearer',
  'csrf',
  'xsrf',
  'client-assertion',
  'code-verifier',
  'x-amz-signature',
  'x-goog-signature',
  // Keys and secrets.
  '*secret',
  '*secrets',
  '*secret-value',
  '*api-key',
  '*api-keys',
  '*access-key',
  '*account-key',
  '*encryption-key',
  '*master-key',
  '*private-key',
  '*secret-key',
  '*shared-key',
  '*signing-key',
  '*credentials',
  // One-time codes.
  'otp',
  'totp',
  'otp-code',
  'mfa-code',
  // Payment cards and persons.
  '*card-number',
  '*credit-card',
  'ccnumber',
  'ccnum',
  '*cvv',
  'cvv2',
  '*cvc',
  'cvc2',
  '*card-code',
  '*ssn',
  '*social-security-number',
]
