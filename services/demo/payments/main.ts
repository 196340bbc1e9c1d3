// The start: a plain script that an old Node can read too, so that it can say in one line what it needs.
// oxlint-disable-next-line import/no-unassigned-import -- the gate ends the process of an old Node
require('@millrace/service/require-node')
void import('./run.mts')
