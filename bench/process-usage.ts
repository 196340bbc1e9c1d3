// What a process has used so far, from /proc: all of its threads, in user and in kernel mode.
import { readFileSync } from 'node:fs'

/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

/** Processor time of a process and all its threads. Unit: seconds, in steps of 0.01. */
export function cpuSecondsOf(pid: number): number {
  return parseCpuSeconds(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}

/** Fields 14 and 15 of proc(5)'s stat; the name before them may hold spaces and brackets. */
export function parseCpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** The most memory that was ever resident. Unit: bytes. */
export function peakResidentBytesOf(pid: number): number {
  return kibibytesOf(pid, 'VmHWM') * 1024
}

/** Memory that is resident now. Unit: bytes. */
export function residentBytesOf(pid: number): number {
  return kibibytesOf(pid, 'VmRSS') * 1024
}

function kibibytesOf(pid: number, name: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1])
}
