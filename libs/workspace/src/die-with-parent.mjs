// Loaded before each process that `npm start` starts: when the parent is gone, even by kill -9, the
// channel to it closes and the process stops itself as if asked to.
if (process.channel !== undefined) {
  process.channel.unref()
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
}
