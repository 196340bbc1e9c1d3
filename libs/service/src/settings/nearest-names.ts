// Configuration, misspelled: the known names that a wrong one is nearest to.

/** At most three names, nearest first, that differ from `name` in few letters or continue it. */
export function nearestNames(name: string, known: Iterable<string>): string[] {
  const longest = Math.max(3, Math.floor(name.length / 5))
  const near = [...known]
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ candidate, distance }) => distance <= longest || candidate.startsWith(name))
    .sort((one, other) => one.distance - other.distance)
  return near
    .filter(({ distance }) => distance <= near[0]!.distance + 1)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}

/** Levenshtein: letters to insert, remove or change. Longer names than 100 letters are cut. */
function editDistance(one: string, other: string): number {
  const from = one.slice(0, 100)
  const to = other.slice(0, 100)
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const change = previous[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(change, previous[column]! + 1, current[column - 1]! + 1))
    }
    previous = current
  }
  return previous[to.length]!
}
