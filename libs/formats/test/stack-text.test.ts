import { expect, test } from 'vitest'
import { looksLikeStack, readStackHead, stackPart } from '../src/stack-text.ts'

test.each([
  [
    'TypeError: x is no function\n    at f (a.js:1:1)',
    { type: 'TypeError', message: 'x is no function' },
  ],
  ['Error\n    at f (a.js:1:1)', { type: 'Error' }],
  ['Error: two\nlines\n    at f (a.js:1:1)', { type: 'Error', message: 'two\nlines' }],
  [
    'TypeError [ERR_INVALID_ARG_TYPE]: bad\n    at f (a.js:1:1)',
    { type: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message: 'bad' },
  ],
  ['Uncaught RangeError: far\n    at f (a.js:1:1)', { type: 'RangeError', message: 'far' }],
  [
    'java.lang.IllegalStateException: no\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: x\n\tat d',
    { type: 'java.lang.IllegalStateException', message: 'no' },
  ],
  [
    'java.lang.NullPointerException\n\tat a.B.c(B.java:1)',
    { type: 'java.lang.NullPointerException' },
  ],
  [
    'System.InvalidOperationException: no\n   at A.B() in C.cs:line 1',
    { type: 'System.InvalidOperationException', message: 'no' },
  ],
  [
    'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nValueError: no',
    { type: 'ValueError', message: 'no' },
  ],
  [
    'Traceback (most recent call last):\n  File "a.py", line 1, in f\nKeyError',
    { type: 'KeyError' },
  ],
  [
    'Traceback (most recent call last):\n  File "a"\nKeyError: 1\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File "b"\nshop.NoOrder: two\nlines',
    { type: 'shop.NoOrder', message: 'two\nlines' },
  ],
  ['panic: no order [recovered]\n\ngoroutine 1 [running]:\nmain.main()', { message: 'no order' }],
  [
    'fatal error: all goroutines are asleep\n\ngoroutine 1 [select]:',
    { message: 'all goroutines are asleep' },
  ],
  [
    "Error: no file\n    at open (a.js:1:1) {\n  errno: -2,\n  code: 'ENOENT',\n  [cause]: x\n}",
    { type: 'Error', message: 'no file', code: 'ENOENT' },
  ],
  [
    "Error: no file\n    at open (a.js:1:1) {\n  inner: {\n    code: 'DEEPER'\n  }\n}",
    { type: 'Error', message: 'no file' },
  ],
  [
    '  + Exception Group Traceback (most recent call last):\n  |   File "a.py", line 1\n  | ExceptionGroup: two (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n    | ValueError: one',
    { type: 'ExceptionGroup', message: 'two (2 sub-exceptions)' },
  ],
  ['main.pay\n\t/srv/pay.go:12', {}],
  ['just words\n    at the end', {}],
  ['', {}],
])('%j is headed by %o', (stack, head) => {
  expect(readStackHead(stack)).toEqual(head)
})

test.each([
  ['Error: x\n    at f', true],
  ['panic: x\n\ngoroutine 1 [running]:', true],
  ['panic: x', false],
  ['first\nsecond at night', false],
  ['Error: x', false],
])('%j holds a stack: %s', (text, expected) => {
  expect(looksLikeStack(text)).toBe(expected)
})

test.each([
  ['failed\nError: x\n    at f', 'Error: x\n    at f'],
  ['failed TypeError: x\n    at f', 'TypeError: x\n    at f'],
  ['ERROR failed: a.b.NoOrderException\n\tat f', 'a.b.NoOrderException\n\tat f'],
  ['no class here\n    at f', 'no class here\n    at f'],
  [
    'failed\npanic: x\n\ngoroutine 1 [running]:\nmain.main()',
    'panic: x\n\ngoroutine 1 [running]:\nmain.main()',
  ],
  ['failed\ngoroutine 1 [running]:\nmain.main()', 'goroutine 1 [running]:\nmain.main()'],
  [
    'failed\nTraceback (most recent call last):\nKeyError',
    'Traceback (most recent call last):\nKeyError',
  ],
])('in %j the stack is %j', (text, stack) => {
  expect(stackPart(text)).toBe(stack)
})
