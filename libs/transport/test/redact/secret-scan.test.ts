import { expect, test } from 'vitest'
import { redact, redactorOf } from './support.ts'

const json = (value: unknown): string => JSON.stringify(value)

test.each([
  ['a text', '{"a":1,"password":"hunter2","b":2}', '{"a":1,"password":"[redacted]","b":2}'],
  ['a number', '{"cvv":123,"b":[1]}', '{"cvv":"[redacted]","b":[1]}'],
  ['an object', '{"token":{"a":"}","b":[2]},"b":1.0}', '{"token":"[redacted]","b":1.0}'],
  ['an array', '{"set-cookie":["a]","b"],"b":[]}', '{"set-cookie":"[redacted]","b":[]}'],
  [
    'a member at any depth',
    '{"req":{"headers":[{"Authorization":"Bearer x"}]}}',
    '{"req":{"headers":[{"Authorization":"[redacted]"}]}}',
  ],
  [
    'a text with escaped quotes at its end',
    String.raw`{"password":"a\\\"","b":"c"}`,
    '{"password":"[redacted]","b":"c"}',
  ],
  [
    'a member with white space around its colon',
    '{ "password" \t:  "x y" , "b" : 1 }',
    '{ "password" \t:  "[redacted]" , "b" : 1 }',
  ],
  [
    'each of two members with the same name',
    '{"pwd":"x","pwd":"y"}',
    '{"pwd":"[redacted]","pwd":"[redacted]"}',
  ],
  [
    'the value of a pair of name and value',
    '{"env":[{"name":"DB_PASSWORD","value":"x"},{"name":"HOME","value":"/root"}]}',
    '{"env":[{"name":"DB_PASSWORD","value":"[redacted]"},{"name":"HOME","value":"/root"}]}',
  ],
  [
    'an attribute of OpenTelemetry',
    '{ "key" : "http.request.header.authorization" , "value" : {"stringValue":"x"} }',
    '{ "key" : "http.request.header.authorization" , "value" : "[redacted]" }',
  ],
  [
    'headers as Node lists them',
    '{"rawHeaders":["Host","x","Authorization","y"],"url":"/"}',
    '{"rawHeaders":"[redacted]","url":"/"}',
  ],
  [
    'a name written with escapes',
    String.raw`{"pass\u0077ord":"x","passwor\u0064":"y","\u0070wd":1}`,
    String.raw`{"pass\u0077ord":"[redacted]","passwor\u0064":"[redacted]","\u0070wd":"[redacted]"}`,
  ],
  [
    'a name with marks before, in and behind it',
    '{"*Pass-word?":"x","e-mail (and password):":"y","token@":"/z","pwd %":1}',
    '{"*Pass-word?":"[redacted]","e-mail (and password):":"[redacted]","token@":"[redacted]","pwd %":"[redacted]"}',
  ],
])('in JSON the value gives way: %s', (_name, line, expected) => {
  expect(redact(line)).toBe(expected)
})

test('JSON in a text of JSON is looked through, at any depth', () => {
  const inner = json({
    user: 'ann',
    password: 'a"b\\',
    list: [{ token: { deep: 'x' } }, { name: 'PWD', value: 'y' }],
    pwd: 7,
  })
  const clean = json({
    user: 'ann',
    password: '[redacted]',
    list: [{ token: '[redacted]' }, { name: 'PWD', value: '[redacted]' }],
    pwd: '[redacted]',
  })
  expect(redact(json({ body: inner, b: 1 }))).toBe(json({ body: clean, b: 1 }))
  const twice = redact(json({ body: json({ body: inner }), b: 1 }))
  expect(twice).toBe(json({ body: json({ body: clean }), b: 1 }))
})

test.each([
  ['password=hunter2 user=ann', 'password=[redacted] user=ann'],
  ['level=info password="a \\"b" user=ann', 'level=info password="[redacted]" user=ann'],
  ['password= user=ann', 'password= user=ann'],
  ['login with password: hunter2, then more', 'login with password: [redacted], then more'],
  ['password = hunter2', 'password = [redacted]'],
  [
    "{ user: 'ann', password: 'a b', pwd: `c d` }",
    "{ user: 'ann', password: '[redacted]', pwd: `[redacted]` }",
  ],
  ["{'password': u'it\\'s b', 'n': 1}", "{'password': u'[redacted]', 'n': 1}"],
  ['"password"=>"a b", :secret=>"c d"', '"password"=>"[redacted]", :secret=>"[redacted]"'],
  ['config["password"] = "a b"', 'config["password"] = "[redacted]"'],
  ["credentials: { user: 'ann', key: 'a}b' } done", 'credentials: [redacted] done'],
  ['GET /x?token=abc&page=2 HTTP/1.1', 'GET /x?token=[redacted]&page=2 HTTP/1.1'],
  ['user[password]=a&user[name]=b', 'user[password]=[redacted]&user[name]=b'],
  ['user%5Bpassword%5D=a&n=b', 'user%5Bpassword%5D=[redacted]&n=b'],
  ['Server=db;Password=a;User=ann', 'Server=db;Password=[redacted];User=ann'],
  ['Authorization: Bearer abc.def 200', 'Authorization: [redacted] 200'],
  ['authorization=Basic YW5uOng= 200', 'authorization=[redacted] 200'],
  ['Authorization: Digest username="ann b", response="c"', 'Authorization: [redacted]'],
  ['Cookie: a=b; sid=c; d=e HTTP/1.1', 'Cookie: [redacted] HTTP/1.1'],
  ['--db-password=abc --verbose', '--db-password=[redacted] --verbose'],
  ['DB_PASSWORD=abc', 'DB_PASSWORD=[redacted]'],
  ['spring.datasource.password=a', 'spring.datasource.password=[redacted]'],
  ['postgres://ann:pw@db:5432/x', 'postgres://ann:[redacted]@db:5432/x'],
  ['postgres://ann:p/w@db:5432/x', 'postgres://ann:[redacted]@db:5432/x'],
  ['<password>a b</password><n>1</n>', '<password>[redacted]</password><n>1</n>'],
  ['<o:Password>a</o:Password>', '<o:Password>[redacted]</o:Password>'],
  ['<a>token=abc</a>', '<a>token=[redacted]</a>'],
])('in plain text the value gives way: %s', (line, expected) => {
  expect(redact(line)).toBe(expected)
  // And the same within a text of JSON, which stays JSON.
  expect(JSON.parse(redact(json({ msg: line, n: 1 })))).toEqual({ msg: expected, n: 1 })
})

test.each([
  [
    '{"msg":"> Authorization: Bearer abc\\n> Host: x\\n"}',
    '{"msg":"> Authorization: [redacted]\\n> Host: x\\n"}',
  ],
  ['{"msg":"first\\npassword: x\\ty"}', '{"msg":"first\\npassword: [redacted]\\ty"}'],
  [
    String.raw`{"url":"/x?a=b\u0026token=abc\u0026page=2"}`,
    String.raw`{"url":"/x?a=b\u0026token=[redacted]\u0026page=2"}`,
  ],
])('escaped line feeds and ampersands end a value: %s', (line, expected) => {
  expect(redact(line)).toBe(expected)
})

test.each([
  '{"level":30,"time":1767323045678,"msg":"order placed","n":9007199254740993}',
  '{"tokens_used":12,"secretary":"Ann","passwordPolicy":"strict","monkey":"x","cookie_count":2}',
  '{"password":null,"token":true,"secret":"","pwd":false}',
  '{"name":"mug","value":"blue","path":"password","Value":5}',
  '{"missing":["password","token"],"a":":password"}',
  '{"password":"[Redacted]","token":"[redacted]","secret":"***"}',
  'at crate::token::Lexer, Token::new, Token.parse (token.js:12:3) 12:30:45',
  'see https://example.com:8080/a@b?c=d and http://ann@example.com',
  'if token == null, password = undefined',
  'token > 5, password->next, <password/> <password></password>',
])('without a secret the line stays byte for byte: %s', (line) => {
  const bytes = Buffer.from(line)
  expect(redact(line)).toBe(line)
  expect(redactorOf().redact(bytes)).toBe(bytes)
})

test.each([
  ['{"a":1,"password":"hunter', '{"a":1,"password":"[redacted]'],
  ['{"a":1,"password":{"b":"hun', '{"a":1,"password":"[redacted]"'],
  ['{"a":1,"token":123', '{"a":1,"token":"[redacted]"'],
  ['{"msg":"5" wide","password":"a b","b":1}', '{"msg":"5" wide","password":"[redacted]","b":1}'],
  ['{"msg":"say "hi"","password":"a b","b":1}', '{"msg":"say "hi"","password":"[redacted]","b":1}'],
  ['"password":"a b","b":1}', '"password":"[redacted]","b":1}'],
  ['{"msg":"password=hun', '{"msg":"password=[redacted]'],
])('broken JSON is looked through all the same: %s', (line, expected) => {
  expect(redact(line)).toBe(expected)
})

test.each([1, 2, 3, 4, 5, 6, 7])('a secret in JSON that lies %i texts deep is found', (depth) => {
  const wrap = (value: unknown): string =>
    Array.from({ length: depth }).reduce<string>(
      (text) => JSON.stringify({ text }),
      JSON.stringify(value),
    )
  expect(redact(wrap({ password: 'x1', list: [1] }))).toBe(
    wrap({ password: '[redacted]', list: [1] }),
  )
})
