// The only list of formats. Order decides: of those that recognize a line, the first one reads it.
import type { LogFormat } from './format.ts'
import { bunyan } from './formats/bunyan.ts'
import { ecs } from './formats/ecs.ts'
import { json } from './formats/json.ts'
import { pino } from './formats/pino.ts'
import { pinoPretty } from './formats/pino-pretty.ts'
import { text } from './formats/text.ts'
import { winston } from './formats/winston.ts'

/** `json` and `text` recognize every line of their shape, so they close their parts of the list. */
export const formats: readonly LogFormat[] = [ecs, bunyan, pino, winston, json, pinoPretty, text]
