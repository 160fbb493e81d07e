/// <reference lib="esnext.disposable" />

/** Emulators of ticketing systems, from Node: start or reach them, make worlds, steer them, verify calls. */

export type Length = number | string | { days?: number; hours?: number; minutes?: number; seconds?: number }
export type Moment = Date | string
export type Outcome = 'ok' | 'refused' | 'unsupported' | 'fault' | 'error' | 'page' | 'overridden' | 'unmatched' | 'malformed'
export type Plain = string | number | boolean | null
export type Condition = Plain | { equals?: Plain; contains?: string; matches?: string; absent?: boolean }

export interface CallPattern {
  vendor?: string
  operation?: string
  outcome?: Outcome
  refusal?: string
  rule?: string
  tenant?: string
  actor?: 'client' | 'other' | 'any'
  status?: Condition
  method?: Condition
  url?: Condition
  path?: Condition
  text?: Condition
  query?: Record<string, Condition>
  headers?: Record<string, Condition>
  body?: Record<string, Condition>
  begin?: Moment
  end?: Moment
  count?: number
  at_least?: number
  at_most?: number
}

export interface Expected extends CallPattern {
  then?: CallPattern[]
  since?: number
}

export interface NearMiss {
  call: Record<string, unknown> & { n: number; operation: string | null }
  differences: { place: string; wanted: unknown; got: unknown; there: boolean; says: string }[]
}

export interface Verdict {
  ok: boolean
  says: string
  count: number
  of: number
  steps: { says: string; expected: string; ok: boolean | null; count: number; calls: number[] }[]
  nearest: NearMiss[]
}

export interface Call {
  n: number
  at: string
  vendor: string | null
  operation: string | null
  actor: 'client' | 'other'
  outcome: Outcome
  rules: string[]
  findings: { rule: string; text: string }[]
  faults: string[]
  request: unknown
  result: unknown
  exchange: {
    request: { method: string; target: string; headers: [string, string][]; body: string; encoding: 'utf-8' | 'base64' }
    answer: { status: number | null; headers: [string, string][]; body: string; encoding: 'utf-8' | 'base64' }
  } | null
}

export interface Truth {
  id: string
  exists: boolean
  fields: Record<string, any>
}

export interface Credential {
  id: string
  tenant: string
  kind: string
  secret: string
  valid: boolean
  expires: string | null
  revoked: string | null
}

export interface Fault {
  id: string
  kind: string
  hits: number
  seen: number
  spent: boolean
}

export interface StartOptions {
  /** What runs the server; without it mockservers is, or the wheel that MOCKSERVERS_WHEEL names, by uvx or pipx. */
  command?: string | string[]
  /** Further options of `mockservers serve`. */
  args?: string[]
  seed?: number
  clock?: string
  start?: string
  data?: string | string[]
  dialect?: string | string[]
}

export interface WorldOptions {
  name?: string
  seed?: number
  clock?: 'real' | 'frozen' | { mode?: 'real' | 'frozen' | 'scaled'; now?: Moment; rate?: number }
  data?: Record<string, string | number>
  dialects?: Record<string, string | Record<string, unknown>>
  lively?: boolean
}

export interface FaultOptions {
  settings?: Record<string, unknown>
  vendor?: string
  operation?: string
  actor?: 'client' | 'other' | 'any'
  skip?: number
  times?: number | null
  until?: Moment
}

export interface JournalFilters {
  operation?: string
  outcome?: Outcome
  actor?: 'client' | 'other'
  rule?: string
  status?: number
  method?: string
  path?: string
  url?: string
  text?: string
  header?: string | string[]
  field?: string | string[]
  begin?: Moment
  end?: Moment
  since?: number
  limit?: number
  last?: number
  wait?: number
  least?: number
}

interface AskOptions {
  query?: Record<string, unknown>
  body?: unknown
}

interface Of {
  id?: string
  entity?: string
  tenant?: string
  [more: string]: unknown
}

export class MockServersError extends Error {
  status: number
  details: { field: string; message: string }[]
}

export function start(options?: StartOptions): Promise<MockServer>
export function connect(url?: string, options?: { token?: string }): MockServer

export class MockServer implements AsyncDisposable {
  readonly url: string
  world(options?: WorldOptions): Promise<MockWorld>
  existing(name?: string): Promise<MockWorld>
  stop(): Promise<void>
  ask(method: string, path: string, options?: AskOptions & { base?: string }): Promise<any>
  [Symbol.asyncDispose](): Promise<void>
}

export class MockWorld implements AsyncDisposable {
  readonly name: string
  readonly url: string
  readonly vendors: Record<string, MockVendor>
  readonly clock: MockClock
  vendor(name: string): MockVendor
  fault(kind: string, options?: FaultOptions): Promise<Fault>
  clearFaults(): Promise<number>
  override(
    match: Record<string, unknown>,
    answer?: { status?: number; headers?: Record<string, string>; body?: string; json?: unknown; patch?: object },
    options?: { skip?: number; times?: number | null },
  ): Promise<{ id: string; hits: number }>
  clearOverrides(): Promise<number>
  verify(expected?: Expected): Promise<Verdict>
  waitFor(expected?: Expected, options?: { timeout?: number }): Promise<Verdict>
  journal(filters?: JournalFilters & { vendor?: string }): Promise<Call[]>
  findings(filters?: { vendor?: string; rule?: string }): Promise<{ call: number; rule: string; text: string }[]>
  checkpoint(name: string): Promise<void>
  restore(name: string): Promise<void>
  reset(): Promise<void>
  delete(): Promise<void>
  ask(method: string, path: string, options?: AskOptions): Promise<any>
  [Symbol.asyncDispose](): Promise<void>
}

export class MockVendor {
  readonly name: string
  readonly title: string
  readonly url: string
  readonly description: string | null
  readonly credentials: Record<string, string>
  act(operation: 'list', given?: Of): Promise<Truth[]>
  act(operation: 'read' | 'create' | 'change' | 'act' | 'delete', given?: Of): Promise<Truth>
  records(options?: { tenant?: string; entity?: string; after?: string; most?: number }): Promise<Truth[]>
  grant(
    tenant: string,
    options?: { kind?: string; secret?: string; expires?: Moment; facts?: Record<string, unknown> },
  ): Promise<Credential>
  revoke(id: string): Promise<Credential>
  granted(tenant?: string): Promise<Credential[]>
  dialect(choice: string | Record<string, unknown>, options?: { tenant?: string }): Promise<Record<string, unknown>>
  verify(expected?: Expected): Promise<Verdict>
  waitFor(expected?: Expected, options?: { timeout?: number }): Promise<Verdict>
  journal(filters?: JournalFilters): Promise<Call[]>
}

export class MockClock {
  now(): Promise<Date>
  advance(by: Length): Promise<Date>
  set(now: Moment): Promise<void>
  freeze(): Promise<void>
  run(rate?: number): Promise<void>
}
