// Start: says in one line which Node is needed where this one is too old, and else runs the indexer.
// Plain JavaScript on purpose: an old Node has to be able to read this file.
'use strict'
require('@millrace/service/require-node').requireNode('millrace-indexer')
void import('./heap-bounds.mts')
  .then(({ boundHeapAtStart }) => boundHeapAtStart())
  .then(() => import('./run.mts'))
  .then(({ run }) => run())
