// A stack trace as text: its class, message and code, for Node, Java, .NET, Python and Go.

export interface StackHead {
  type?: string
  message?: string
  code?: string
}

const headLengthMax = 8192
const frameStart = /\n[ \t]{0,16}at\s/
const nodeCode = /\n {2}code: (?:'([^'\n]{1,256})'|(-?\d{1,15})),?(?=\n)/
/** What stands before a class that says that it is one. */
const namedClass =
  /[\s:"'(](?=(?:[A-Za-z_$][\w$]{0,127}[.:]{1,2}){0,16}[A-Z][\w$]{0,127}(?:Error|Exception)(?: \[[A-Z0-9_]{1,128}\])?(?:: |$))/
const namedClassDistance = 512
const goroutine = /(?:^|\n)goroutine \d{1,19} \[/
const goStart = /(?:^|\n)(?:panic: |fatal error: )/
const pythonStart = 'Traceback (most recent call last):'
/** The frame that Python draws around the parts of an exception group (PEP 654). */
const groupStart = '  + Exception Group Traceback (most recent call last):'
const groupLine = /^ {2}\| (?! )/
const classLine =
  /^(?:Uncaught |Unhandled exception\. |Exception in thread "[^"\n]{0,256}" )?([A-Za-z_$][\w$]*(?:[.:]{1,2}[A-Za-z_$][\w$]*)*)(?: \[([A-Z][A-Z0-9_]{0,127})\])?(?:: ([\s\S]*))?:?$/

/** Whether `text` holds stack frames or a traceback. */
export function looksLikeStack(text: string): boolean {
  if (text.includes('\n')) {
    if (text.includes(pythonStart) || frameStart.test(text)) return true
    return goroutine.test(text)
  }
  return false
}

/** A stack within a text: from the line that names the error, which is the one before the first frame. */
export function stackPart(text: string): string {
  const python = text.indexOf(pythonStart)
  if (python !== -1) {
    const group = text.indexOf(groupStart)
    return text.slice(group !== -1 && group < python ? group : python)
  }
  const frame = text.search(frameStart)
  if (frame === -1) return goPart(text)
  if (frame === 0) return text
  const part = text.slice(text.lastIndexOf('\n', frame - 1) + 1).trimStart()
  return part.slice(wordsBefore(part))
}

/** Loggers join a message and an error: `failed TypeError: x`. How long what stands before the class is. */
function wordsBefore(part: string): number {
  const line = part.slice(0, namedClassDistance).split('\n', 1)[0]!
  if (readClassLine(line).type !== undefined) return 0
  const match = namedClass.exec(line)
  return match === null ? 0 : match.index + match[0].length
}

/** From `panic:`, or from the first goroutine where the panic's own line was another's (klog's fatal ones). */
function goPart(text: string): string {
  const first = text.search(goroutine)
  const start = text.slice(0, Math.max(first, 0)).search(goStart)
  const from = start === -1 ? first : start
  return from === -1 ? text : text.slice(from).trimStart()
}

/** What the first line (Python: the last) says; empty when it says nothing that is known. */
export function readStackHead(stack: string): StackHead {
  const group = stack.lastIndexOf(groupStart)
  if (group !== -1) return readGroupHead(stack.slice(group, group + headLengthMax * 8))
  const python = stack.lastIndexOf(pythonStart)
  if (python !== -1) return readPythonHead(stack.slice(python, python + headLengthMax * 8))
  const beginning = stack.slice(0, headLengthMax)
  if (beginning.startsWith('panic: ') || beginning.startsWith('fatal error: ')) {
    const line = beginning.split('\n', 1)[0]!
    return { message: line.slice(line.indexOf(': ') + 2).replace(/ \[recovered\]$/, '') }
  }
  const frames = beginning.search(frameStart)
  const head = (frames === -1 ? beginning.split('\n', 1)[0]! : beginning.slice(0, frames)).trim()
  const found = readClassLine(head)
  // A bare word is a class only above frames; Go's stacks start with the name of a function.
  if (frames === -1) return found.message === undefined ? {} : found
  const code = found.code ?? readNodeCode(beginning.slice(frames))
  return code === undefined ? found : { ...found, code }
}

/** Node prints an error's own properties in braces after its frames: ` {`, and `code: 'ENOENT'` on a line of its own. */
function readNodeCode(frames: string): string | undefined {
  const open = frames.indexOf(' {\n')
  if (open === -1) return undefined
  const match = nodeCode.exec(frames.slice(open))
  return match?.[1] ?? match?.[2]
}

/** The group's own line stands in its frame; what follows are its parts. */
function readGroupHead(traceback: string): StackHead {
  const line = traceback.split('\n').find((candidate) => groupLine.test(candidate))
  return line === undefined ? {} : readClassLine(line.slice('  | '.length).trim())
}

function readPythonHead(traceback: string): StackHead {
  const lines = traceback.trimEnd().split('\n')
  // The raised exception's line is the first one without indentation after the frames; its message may go on below.
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index]!
    if (line === '' || line.startsWith(' ') || line.startsWith('\t')) continue
    return readClassLine(lines.slice(index).join('\n').trim())
  }
  return {}
}

function readClassLine(head: string): StackHead {
  const match = classLine.exec(head)
  if (match === null) return {}
  return {
    type: match[1]!,
    ...(match[2] !== undefined && { code: match[2] }),
    ...(match[3] !== undefined && { message: match[3] }),
  }
}
