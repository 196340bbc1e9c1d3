// Numbers as a person reads them.

/** `1,234,567`. */
export function numberText(count: number): string {
  return count.toLocaleString('en')
}

/** `1 broker`, `3 brokers`, `1,234 brokers`. */
export function counted(count: number, noun: string): string {
  return `${numberText(count)} ${noun}${count === 1 ? '' : 's'}`
}
