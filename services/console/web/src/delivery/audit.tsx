// The audit: what was issued, and what became of it, for all, for each service and for each instance.
import type {
  AuditFigures,
  AuditPart,
  InstanceFigures,
  ServiceFigures,
} from '../../../server/api.mts'
import { ScrollX } from '../shell/scroll-x.tsx'
import { LineText } from '../text/log-text.tsx'
import { countText, shortCountText } from '../text/number-text.ts'
import { Time } from '../text/time-text.tsx'

export function AuditCards({ audit }: { audit: AuditPart }) {
  const dropped = sumOf(audit.dropped)
  const { topic, spool, memory } = audit.pendingIn
  return (
    <>
      <p class={`verdict ${audit.isWell ? 'well' : 'bad'}`} role="status">
        {verdictOf(audit)}
      </p>
      <dl class="figures">
        <Figure name="issued" count={audit.issued} note="by every logger" />
        <Figure
          name="indexed"
          count={audit.indexed}
          note={shareText(audit.indexed, audit.issued)}
        />
        <Figure
          name="pending"
          count={audit.pending}
          note={`${shortCountText(topic)} in Kafka, ${shortCountText(spool)} on disk, ${shortCountText(memory)} in memory`}
        />
        <Figure
          name="dead-lettered"
          count={audit.deadLettered}
          note="with reason and bytes"
          href="/dead-letters"
        />
        <Figure
          name="dropped"
          count={dropped}
          note={reasonsText(audit.dropped)}
          kind={dropped > 0 ? 'warn' : ''}
        />
        <Figure
          name="lost"
          count={audit.lost}
          note="none of these"
          kind={audit.lost > 0 ? 'bad' : ''}
        />
        <Figure
          name="twice"
          count={audit.duplicates}
          note="documents too many"
          kind={audit.duplicates > 0 ? 'bad' : ''}
        />
      </dl>
      {audit.expired > 0 && (
        <p class="muted">
          {countText(audit.expired)} are older than what retention left; nobody can tell any more.
        </p>
      )}
      {audit.notes.map((note) => (
        <p key={note} class="muted">
          <LineText text={note} />
        </p>
      ))}
    </>
  )
}

export function AuditTables({ audit }: { audit: AuditPart }) {
  return (
    <>
      {audit.lostRuns.length > 0 && <LostRuns audit={audit} />}
      <section class="card wide">
        <header>
          <h2>Services</h2>
        </header>
        <ScrollX label="Services">
          <table class="figures-table">
            <thead>
              <tr>
                <th scope="col">service</th>
                <th scope="col">instances</th>
                <FigureHeads />
              </tr>
            </thead>
            <tbody>
              {audit.services.map((service) => (
                <ServiceRow key={service.service} service={service} />
              ))}
            </tbody>
          </table>
        </ScrollX>
      </section>
      <section class="card wide">
        <header>
          <h2>Instances</h2>
          {audit.instancesLeftOut > 0 && (
            <span class="muted">{countText(audit.instancesLeftOut)} older ones are not listed</span>
          )}
        </header>
        <ScrollX label="Instances">
          <table class="figures-table">
            <thead>
              <tr>
                <th scope="col">instance</th>
                <th scope="col">service</th>
                <th scope="col">state</th>
                <th scope="col">heard</th>
                <FigureHeads />
              </tr>
            </thead>
            <tbody>
              {audit.instances.map((instance) => (
                <InstanceRow key={instance.instance} instance={instance} />
              ))}
            </tbody>
          </table>
        </ScrollX>
      </section>
    </>
  )
}

function LostRuns({ audit }: { audit: AuditPart }) {
  return (
    <section class="card wide">
      <header>
        <h2>Lost lines</h2>
      </header>
      <ul class="lost">
        {audit.lostRuns.map((run) => (
          <li key={run.firstId}>
            <b>{countText(run.count)}</b> of <LineText text={run.service ?? run.instance} />:{' '}
            <code>{run.firstId}</code>
            {run.count > 1 && (
              <>
                {' '}
                to <code>{run.lastId}</code>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

const figureNames = [
  'issued',
  'indexed',
  'pending',
  'dead-lettered',
  'dropped',
  'lost',
  'twice',
] as const

function FigureHeads() {
  return (
    <>
      {figureNames.map((name) => (
        <th key={name} scope="col" class="number">
          {name}
        </th>
      ))}
    </>
  )
}

function FigureCells({ figures }: { figures: AuditFigures }) {
  const dropped = sumOf(figures.dropped)
  return (
    <>
      <Count count={figures.issued} />
      <Count count={figures.indexed} />
      <Count count={figures.pending} />
      <Count count={figures.deadLettered} />
      <Count count={dropped} title={reasonsText(figures.dropped)} kind="warn" />
      <Count count={figures.lost} kind="bad" />
      <Count count={figures.duplicates} kind="bad" />
    </>
  )
}

function Count({ count, title, kind = '' }: { count: number; title?: string; kind?: string }) {
  return (
    <td class={`number ${count === 0 ? 'zero' : kind}`} title={title}>
      {countText(count)}
      {title !== undefined && count > 0 && <span class="unseen"> ({title})</span>}
    </td>
  )
}

function ServiceRow({ service }: { service: ServiceFigures }) {
  return (
    <tr>
      <th scope="row">
        {service.service === '' ? (
          <span class="muted">without a name</span>
        ) : (
          <LineText text={service.service} />
        )}
      </th>
      <td>{service.instances}</td>
      <FigureCells figures={service} />
    </tr>
  )
}

function InstanceRow({ instance }: { instance: InstanceFigures }) {
  return (
    <tr>
      <th scope="row">
        <code>{instance.instance}</code>
      </th>
      <td>
        <LineText text={instance.service ?? '–'} />
      </td>
      <td>
        <span class={`state-tag ${instance.state}`}>{instance.state}</span>
      </td>
      <td>
        <Time at={instance.heardAt} form="day" />
      </td>
      <FigureCells figures={instance} />
    </tr>
  )
}

interface FigureProps {
  name: string
  count: number
  note: string
  kind?: string
  href?: string
}

function Figure({ name, count, note, kind = '', href }: FigureProps) {
  return (
    <div class={kind}>
      <dt>{href === undefined ? name : <a href={href}>{name}</a>}</dt>
      <dd title={countText(count)}>{shortCountText(count)}</dd>
      <dd class="muted note">{note}</dd>
    </div>
  )
}

function verdictOf(audit: AuditPart): string {
  if (audit.lost > 0) return `${countText(audit.lost)} lines are lost; they are listed below.`
  if (audit.duplicates > 0)
    return `Nothing is lost, but ${countText(audit.duplicates)} documents are there twice.`
  return audit.pending > 0
    ? 'Nothing is lost, nothing is double; the rest is on its way.'
    : 'Every line has arrived: nothing is lost, nothing is double.'
}

function shareText(part: number, whole: number): string {
  return whole === 0 ? '' : `${((part / whole) * 100).toFixed(part === whole ? 0 : 2)} % of issued`
}

function sumOf(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

function reasonsText(counts: Record<string, number>): string {
  const said = Object.entries(counts).filter(([, count]) => count > 0)
  if (said.length === 0) return 'by a rule'
  return said.map(([reason, count]) => `${reason} ${countText(count)}`).join(', ')
}
