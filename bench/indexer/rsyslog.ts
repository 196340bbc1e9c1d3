// rsyslog on the same work: imkafka, mmjsonparse, omelasticsearch, as Debian packages them.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureDebianPackages } from '../debian-package.ts'

export interface RsyslogTarget {
  broker: string
  topic: string
  group: string
  /** Base URL, without user. */
  elasticsearch: string
  dataStream: string
  /** For its configuration and files; exists. */
  directory: string
}

/** Its version; installs the Debian packages where that can be done. */
export function ensureRsyslog(): string {
  const words = ensureDebianPackages(['rsyslog', 'rsyslog-kafka', 'rsyslog-elasticsearch'], {
    command: 'rsyslogd',
    flag: '-v',
  })
  return `rsyslog ${/rsyslogd\s+([\d.]+)/.exec(words)?.[1] ?? 'of unknown version'}`
}

/** @returns parameters of `rsyslogd` that keep it in the foreground, away from the machine's own one */
export function configureRsyslog(target: RsyslogTarget): string[] {
  const configuration = join(target.directory, 'rsyslog.conf')
  const levels = join(target.directory, 'levels.json')
  writeFileSync(levels, JSON.stringify(levelTable))
  writeFileSync(configuration, rsyslogConfiguration(target, levels))
  return ['-n', '-f', configuration, '-i', join(target.directory, 'rsyslogd.pid')]
}

const levelTable = {
  version: 1,
  nomatch: 'info',
  type: 'string',
  table: [
    { index: '10', value: 'trace' },
    { index: '20', value: 'debug' },
    { index: '30', value: 'info' },
    { index: '40', value: 'warn' },
    { index: '50', value: 'error' },
    { index: '60', value: 'fatal' },
  ],
}

function rsyslogConfiguration(target: RsyslogTarget, levels: string): string {
  const { hostname, port } = new URL(target.elasticsearch)
  return `global(workDirectory="${target.directory}" net.enableDNS="off" maxMessageSize="256k")
module(load="imkafka")
module(load="mmjsonparse")
module(load="omelasticsearch")
lookup_table(name="levels" file="${levels}")
template(name="document" type="subtree" subtree="$!d")
template(name="id" type="string" string="%uuid%")

input(type="imkafka" broker=["${target.broker}"] topic="${target.topic}" consumergroup="${target.group}"
  confParam=["auto.offset.reset=earliest"] ruleset="lines")

ruleset(name="lines" queue.type="FixedArray" queue.size="50000" queue.dequeueBatchSize="4000" queue.workerThreads="2") {
  action(type="mmjsonparse" cookie="")
  set $!d!@timestamp = $!time;
  set $!d!message = $!msg;
  set $!d!log!level = lookup("levels", $!level);
  set $!d!process!pid = $!pid;
  set $!d!host!hostname = $!hostname;
  set $!d!service!name = $!name;
  if $!trace_id != "" then set $!d!trace!id = $!trace_id;
  if $!responseTime != "" then set $!d!event!duration = $!responseTime * 1000000;
  if $!req!id != "" then {
    set $!d!url!path = field($!req!url, 63, 1);
    set $!d!client!ip = $!req!remoteAddress;
    set $!d!http!request!id = $!req!id;
    set $!d!http!request!method = $!req!method;
    if $!res!statusCode != "" then set $!d!http!response!status_code = $!res!statusCode;
  }
  if $!err!type != "" then {
    set $!d!error!type = $!err!type;
    set $!d!error!message = $!err!message;
  }
  action(type="omelasticsearch" server="${hostname}" serverport="${port}" searchIndex="${target.dataStream}" searchType=""
    bulkmode="on" writeoperation="create" bulkid="id" dynbulkid="on" template="document" action.resumeRetryCount="-1"
    errorfile="${join(target.directory, 'refused.json')}")
}
`
}
