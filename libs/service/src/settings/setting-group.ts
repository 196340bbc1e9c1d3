// Configuration, a group of settings: variables that belong together and the object that they make.
import { type z } from 'zod'
import { type SettingSchema } from './config-setting.ts'

/** Variable name to schema. */
export type Variables = Readonly<Record<`MILLRACE_${string}`, SettingSchema>>

export type Values<Table extends Variables> = { [Name in keyof Table]: z.output<Table[Name]> }

/** Collects what is wrong with a combination of settings, each line under the variable to change. */
export type ReportProblem = (variable: string, sentence: string) => void

export interface SettingGroup<Settings = unknown> {
  /** The heading in docs/configuration.md. */
  readonly title: string
  readonly variables: Variables
  /** Makes the group's object of values that each passed on their own. */
  readonly shape: (values: never, report: ReportProblem) => Settings
}

/** Declares a group: its variables once, and what the rest of the process sees of them. */
export function settingGroup<const Table extends Variables, Settings>(group: {
  title: string
  variables: Table
  shape: (values: Values<Table>, report: ReportProblem) => Settings
}): SettingGroup<Settings> & { variables: Table } {
  return group
}

/** Leaves out what is undefined, so that an absent setting is an absent member. */
export function present<Members extends object>(
  members: Members,
): { [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  ) as never
}
