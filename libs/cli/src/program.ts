// From what the person typed to one subcommand and one exit code.
import { readFileSync } from 'node:fs'
import { ConfigError, errorText, redactCredentials } from '@millrace/foundation'
import { Command, CommanderError } from 'commander'
import { addAudit } from './commands/audit.ts'
import { addDeadLetters } from './commands/dead-letters.ts'
import { addDoctor } from './commands/doctor.ts'
import { addExplain } from './commands/explain.ts'
import { addProduce } from './commands/produce.ts'
import { addSetup } from './commands/setup.ts'
import { addSpool } from './commands/spool.ts'
import { addTail } from './commands/tail.ts'
import { addTopic } from './commands/topic.ts'
import type { CommandContext } from './context.ts'
import { CommandError, type ExitCode, exitCodes, UsageError } from './exit-code.ts'

export { exitCodes } from './exit-code.ts'

/** Registers one subcommand. `end` takes its exit code; without a call it is 0. */
export interface Registration {
  program: Command
  context: CommandContext
  end: (code: ExitCode) => void
}

const examples = `
Examples:
  millrace doctor                                   is everything well, and what to do if not
  millrace audit --since 24h                        did every line arrive, and which did not
  millrace dead-letters list                        what could not be indexed, and why
  millrace tail --service orders --level warn       readable lines, as they arrive
  millrace explain < app.log                        the document that each line becomes
  millrace topic create quick --partitions 3        Kafka's quick start: create a topic,
  millrace produce --topic quick                    write lines into it,
  millrace tail --topic quick --from-beginning      and read them

Settings come from options, then MILLRACE_* variables, then a running
npm start in this folder or above it, then the defaults (127.0.0.1:9092, http://127.0.0.1:9200).
Exit codes: 0 well, 1 failed, 2 wrong use, 78 wrong configuration.`

/** Runs one command line. Never rejects: what goes wrong is said in one or two lines on standard error. */
export async function runMillrace(
  parameters: readonly string[],
  context: CommandContext,
): Promise<number> {
  let exitCode: ExitCode = exitCodes.well
  const program = createProgram(context)
  const registration: Registration = {
    program,
    context,
    end: (code) => {
      exitCode = code
    },
  }
  for (const add of [
    addSetup,
    addDoctor,
    addTail,
    addExplain,
    addProduce,
    addTopic,
    addAudit,
    addDeadLetters,
    addSpool,
  ]) {
    add(registration)
  }
  try {
    await program.parseAsync(parameters, { from: 'user' })
    return exitCode
  } catch (error) {
    return exitCodeOf(error, context)
  }
}

function createProgram(context: CommandContext): Command {
  const writeNote = (text: string): void => context.output.note(text.replace(/\n$/, ''))
  return new Command('millrace')
    .description('Logs of many services through Kafka into Elasticsearch: set up, look, check.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .option('--brokers <list>', 'Kafka brokers, host:port, separated by commas')
    .option('--elasticsearch <url>', 'address of Elasticsearch')
    .option('--json', 'print JSON on standard output, and nothing else there')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void context.output.write(text),
      writeErr: writeNote,
      outputError: (text, write) => write(text.replace(/^error: /, 'millrace: ')),
    })
    .showSuggestionAfterError()
    .showHelpAfterError('(millrace --help shows the commands and options)')
    .addHelpText('after', examples)
    .exitOverride()
}

function exitCodeOf(error: unknown, { output, signal }: CommandContext): ExitCode {
  if (error instanceof CommanderError) {
    const isAsked = ['commander.helpDisplayed', 'commander.version'].includes(error.code)
    return isAsked || (error.code === 'commander.help' && error.exitCode === 0)
      ? exitCodes.well
      : exitCodes.usage
  }
  if (signal.aborted) return output.isReaderGone ? exitCodes.well : exitCodes.interrupted
  if (error instanceof UsageError) return say(error.message, exitCodes.usage)
  if (error instanceof ConfigError) return say(error.message, exitCodes.configuration)
  if (error instanceof CommandError) return say(redactCredentials(error.message), exitCodes.failed)
  return say(errorText(error), exitCodes.failed)

  function say(message: string, code: ExitCode): ExitCode {
    output.note(`millrace: ${message}`)
    return code
  }
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
