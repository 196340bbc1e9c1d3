// A stack trace as text: its class, message and code, for Node, Java, .NET, Python and Go.

export interface StackHead {
  type?: string
  message?: string
  code?: string
}

const headLengthMax = 8192
const frameStart = /\n\s{0,16}at\s/
const pythonStart = 'Traceback (most recent call last):'
const classLine =
  /^(?:Uncaught |Unhandled exception\. |Exception in thread "[^"\n]{0,256}" )?([A-Za-z_$][\w$]*(?:[.:]{1,2}[A-Za-z_$][\w$]*)*)(?: \[([A-Z][A-Z0-9_]{0,127})\])?(?:: ([\s\S]*))?:?$/

/** Whether `text` holds stack frames or a traceback. */
export function looksLikeStack(text: string): boolean {
  if (text.includes('\n')) {
    if (text.includes(pythonStart) || frameStart.test(text)) return true
    return (
      (text.startsWith('panic: ') || text.startsWith('fatal error: ')) &&
      text.includes('goroutine ')
    )
  }
  return false
}

/** A stack within a text: from the line that names the error, which is the one before the first frame. */
export function stackPart(text: string): string {
  const python = text.indexOf(pythonStart)
  if (python !== -1) return text.slice(python)
  const isGo = text.startsWith('panic: ') || text.startsWith('fatal error: ')
  const frame = text.search(frameStart)
  if (isGo || frame <= 0) return text
  return text.slice(text.lastIndexOf('\n', frame - 1) + 1).trimStart()
}

/** What the first line (Python: the last) says; empty when it says nothing that is known. */
export function readStackHead(stack: string): StackHead {
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
  return frames === -1 && found.message === undefined ? {} : found
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
