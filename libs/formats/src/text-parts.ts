// What text formats share: a part of the line goes to its field, and a stack at the end of a message is told apart.
import type { EcsPath } from '@millrace/ecs'
import type { Draft } from './draft.ts'
import { takeStack } from './error-fields.ts'
import type { SourceValue } from './parse-json.ts'
import { looksLikeStack, stackPart } from './stack-text.ts'

/** Puts one named part of a line, or leaves it under that name; an absent part does nothing. */
// oxlint-disable-next-line max-params -- each is a part of the line; an object would be made for every one
export function takePart(draft: Draft, name: string, path: EcsPath, value: SourceValue): void {
  if (value === undefined) return
  draft.from = name
  draft.take(path, name, value)
}

/** `-` is how access logs and syslog write "nothing". */
export function unlessDash(text: string | undefined): string | undefined {
  return text === '-' || text === '' ? undefined : text
}

/** A logger's message: the stack after it becomes the error, the words before it stay the message. */
export function takeMessage(draft: Draft, text: string): void {
  draft.from = 'message'
  if (!looksLikeStack(text)) {
    draft.put('message', text)
    return
  }
  const stack = stackPart(text)
  const words = text.slice(0, text.length - stack.length).trimEnd()
  draft.put('message', words === '' ? text.split('\n', 1)[0] : words)
  takeStack(draft, stack)
}
