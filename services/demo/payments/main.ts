// The start: a plain script that an old Node can read too, so that it can say in one line what it needs.
const { requireNode } = require('@millrace/service/require-node')
requireNode('payments')
void import('./run.mts')
