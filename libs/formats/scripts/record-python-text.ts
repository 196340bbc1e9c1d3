// Records Python's logging as text, with the layouts of its documentation. Needs python3.
import { execFileSync } from 'node:child_process'
import { save } from './fixture-parts.ts'

const program = `
import logging, sys
def use(layout):
    logging.basicConfig(format=layout, level=1, stream=sys.stdout, force=True)
    logger = logging.getLogger("shop.stock")
    logger.debug("low")
    logger.info("ready")
    logger.warning("stock is %d", 2)
    logger.error("no stock")
    logger.critical("down")
    logger.log(25, "custom level")
use("%(asctime)s - %(name)s - %(levelname)s - %(message)s")
use(logging.BASIC_FORMAT)
logging.getLogger().error("of the root logger")
`
const failing = `
import logging, sys
logging.basicConfig(format="%(asctime)s - %(name)s - %(levelname)s - %(message)s", stream=sys.stdout)
def pay():
    raise ValueError("no card")
try:
    try:
        pay()
    except ValueError as error:
        raise RuntimeError("failed to pay") from error
except RuntimeError:
    logging.getLogger("shop").exception("order 17 failed")
`
const group = `
import logging, sys
logging.basicConfig(stream=sys.stdout)
try:
    raise ExceptionGroup("two failed", [ValueError("one"), KeyError("two")])
except ExceptionGroup:
    logging.getLogger("shop").exception("batch failed")
`

function run(text: string): string {
  return execFileSync('python3', ['-c', text], { encoding: 'utf8' })
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}/g, '2026-01-02 03:04:05,123')
    .replaceAll('"<string>"', '"/srv/shop.py"')
}

export function recordPythonText(): void {
  save('python-logging', 'typical', run(program))
  save('python-logging', 'exception', run(failing), 'bin')
  save('python-logging', 'group', run(group), 'bin')
}
