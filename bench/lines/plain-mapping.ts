// A line of pino as ECS, the way that people write it by hand: the fields that they search by, and no more.

/** What of a line the mapping knows. */
interface Line {
  level: number
  time: number
  pid: number
  hostname: string
  name: string
  msg: string
  responseTime?: number
  trace_id?: string
  req?: { id: string; method: string; url: string; remoteAddress: string }
  res?: { statusCode: number }
  err?: { type: string; message: string }
}

const levels: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}

/** @param line as JSON.parse gives it */
export function mapPlainly(line: unknown): object {
  const { level, time, pid, hostname, name, msg, responseTime, trace_id, req, res, err } =
    line as Line
  return {
    '@timestamp': new Date(time).toISOString(),
    message: msg,
    log: { level: levels[level] ?? String(level) },
    process: { pid },
    host: { hostname },
    service: { name },
    ...(trace_id === undefined ? {} : { trace: { id: trace_id } }),
    ...(responseTime === undefined ? {} : { event: { duration: responseTime * 1_000_000 } }),
    ...(req === undefined
      ? {}
      : {
          url: { path: req.url.split('?', 1)[0] },
          client: { ip: req.remoteAddress },
          http: {
            request: { id: req.id, method: req.method },
            ...(res === undefined ? {} : { response: { status_code: res.statusCode } }),
          },
        }),
    ...(err === undefined ? {} : { error: { type: err.type, message: err.message } }),
  }
}
