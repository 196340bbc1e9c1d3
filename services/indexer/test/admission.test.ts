import { describe, expect, it } from 'vitest'
import { Admission, type Holder } from '../src/admission.mts'

const options = { inFlightBytesMax: 900, resumeRatio: 0.5 }
const fill = (admission: Admission, holder: Holder): number => {
  while (admission.hasRoom(holder)) admission.take(holder, 1)
  return holder.heldBytes
}

describe('Admission', () => {
  it('gives one busy partition two thirds of the bound', () => {
    const admission = new Admission(options)
    expect(fill(admission, { heldBytes: 0 })).toBe(600)
  })

  it('leaves room for another partition however many are stuck', () => {
    const admission = new Admission(options)
    for (let stuck = 0; stuck < 5; stuck++) fill(admission, { heldBytes: 0 })
    expect(admission.inFlightBytes).toBeLessThan(900)
    expect(admission.hasRoom({ heldBytes: 0 })).toBe(true)
  })

  it('never holds more than its bound and the record that reached it', () => {
    const admission = new Admission(options)
    const holders = Array.from({ length: 100 }, () => ({ heldBytes: 0 }))
    for (let round = 0; round < 100; round++) {
      for (const holder of holders) if (admission.hasRoom(holder)) admission.take(holder, 50)
    }
    expect(admission.inFlightBytes).toBeGreaterThanOrEqual(850)
    expect(admission.inFlightBytes).toBeLessThan(900 + 50)
  })

  it('takes a record that is larger than the bound when nothing else is in flight', () => {
    const admission = new Admission(options)
    const holder = { heldBytes: 0 }
    expect(admission.hasRoom(holder)).toBe(true)
    admission.take(holder, 5_000)
    expect(admission.hasRoom({ heldBytes: 0 })).toBe(false)
    admission.release(holder, 5_000)
    expect(admission.hasRoom(holder)).toBe(true)
  })

  it('resumes lower than it paused', () => {
    const admission = new Admission(options)
    const holder = { heldBytes: 0 }
    fill(admission, holder)
    admission.release(holder, 1)
    expect(admission.hasRoom(holder)).toBe(true)
    expect(admission.mayResume(holder)).toBe(false)
    admission.release(holder, 149)
    expect(admission.mayResume(holder)).toBe(false)
    admission.release(holder, 1)
    expect(admission.mayResume(holder)).toBe(true)
  })

  it('asserts that no more is released than was taken', () => {
    const admission = new Admission(options)
    const holder = { heldBytes: 0 }
    admission.take(holder, 10)
    expect(() => admission.release(holder, 11)).toThrow('more bytes released than taken')
  })
})
