// Start: says in one line which Node is needed where this one is too old, and else runs the indexer.
// Plain JavaScript on purpose: an old Node has to be able to read this file.
'use strict'
// V8's young generation would grow to 128 MiB, for what is in flight outlives every collection of it. Kept as small as
// it begins, the process needs 100 MiB less. Before anything is loaded, for loading makes it grow, too.
require('node:v8').setFlagsFromString('--semi-space-growth-factor=1')
require('@millrace/service/require-node').requireNode('millrace-indexer')
void import('./run.mts').then(({ run }) => run())
