// What holds together in a dashboard: its grid, its controls, its time.
import { type Report, within } from './finding.ts'
import { judgeLens } from './lens-rules.ts'
import type { Dashboard, DashboardPanel } from './object-schemas.ts'
import type { Strictness } from './parts.ts'

const gridColumns = 48

/** `report` stands at the attributes. */
export function judgeDashboard(dashboard: Dashboard, strictness: Strictness, report: Report): void {
  const { panelsJSON: panels, timeRestore, timeFrom, timeTo, controlGroupInput } = dashboard
  for (const [index, panel] of panels.entries()) {
    const ofPanel = within(report, `panelsJSON.${index}`)
    judgePlace(panel, panels.slice(0, index), ofPanel)
    const lens = panel.embeddableConfig.attributes
    if (panel.type !== 'lens' || lens === undefined) continue
    judgeLens(lens, strictness, within(ofPanel, 'embeddableConfig.attributes'))
  }
  if (timeRestore && (timeFrom === undefined || timeTo === undefined)) {
    report('time-restore', 'timeRestore', 'it needs timeFrom and timeTo')
  }
  for (const [id, { explicitInput }] of Object.entries(controlGroupInput?.panelsJSON ?? {})) {
    const controlAt = `attributes.controlGroupInput.panelsJSON.${id}`
    if (explicitInput.id !== id)
      report('control-id', controlAt, `its input has ${explicitInput.id}`)
  }
}

function judgePlace(
  { panelIndex, gridData }: DashboardPanel,
  before: readonly DashboardPanel[],
  report: Report,
): void {
  const { x, y, w, h, i } = gridData
  if (i !== panelIndex) report('panel-id', '', `gridData.i is ${i}, panelIndex ${panelIndex}`)
  if (x < 0 || y < 0 || w < 1 || h < 1 || x + w > gridColumns) {
    report(
      'grid',
      '',
      `x ${x}, width ${w}, y ${y}, height ${h} is not within ${gridColumns} columns`,
    )
  }
  for (const other of before) {
    if (other.panelIndex === panelIndex) report('panel-id', '', `there are two of ${panelIndex}`)
    const grid = other.gridData
    const isBeside = x + w <= grid.x || grid.x + grid.w <= x
    const isAbove = y + h <= grid.y || grid.y + grid.h <= y
    if (!isBeside && !isAbove) report('overlap', '', `it lies over ${other.panelIndex}`)
  }
}
