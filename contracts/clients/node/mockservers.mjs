// Emulators of ticketing systems, from Node (18 or later): start or reach them, make worlds, steer them, verify calls.
// Thin over the control API; GET /_mock/v1/openapi.json of a running server describes it.
import { AssertionError } from 'node:assert'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'

const START = '2026-03-02T10:00:00Z'
// By name alone uvx and pipx would run whatever an index has under it; so they need the wheel.
const WHEEL = process.env.MOCKSERVERS_WHEEL
const FROM_WHEEL = WHEEL ? [['uvx', '--from', WHEEL, 'mockservers'], ['pipx', 'run', '--spec', WHEEL, 'mockservers']] : []
const LAUNCHERS = [['mockservers'], ...FROM_WHEEL]
const INSTALL = 'put the command mockservers on PATH, or name its wheel in MOCKSERVERS_WHEEL, for uvx or pipx'
const READY = /is ready at (https?:\/\/[^\s;"]+)/
const UNITS = { days: 86400, hours: 3600, minutes: 60, seconds: 1 }
const STAY = [process.execPath, '-e', 'process.stdin.resume()'] // ends when this process does, however it ends
const LONGEST = 50 // seconds that the server is asked to wait in one go

/** What the control API refuses: `status`, a sentence, and `details` with the fields that are wrong. */
export class MockServersError extends Error {
  constructor(status, told) {
    super(told.error ?? `the server answers with status ${status}`)
    Object.assign(this, { name: 'MockServersError', status, details: told.details ?? [] })
  }
}

/** Run `mockservers serve` on a free port and wait until it is ready; where MOCKSERVERS_URL names a server, reach that. */
export async function start({ command, args = [], seed = 1, clock = 'frozen', start = START, data = [], dialect = [] } = {}) {
  if (process.env.MOCKSERVERS_URL) return connect()
  const asked = ['serve', '--port', '0', '--still', '--seed', `${seed}`, '--clock', clock, '--start', start]
  for (const each of [data].flat()) asked.push('--data', each)
  for (const each of [dialect].flat()) asked.push('--dialect', each)
  for (const [program, ...before] of command ? [[command].flat()] : LAUNCHERS) {
    const found = await launched(program, [...before, ...asked, ...args, '--', ...STAY])
    if (found) return new MockServer(found.url, process.env.MOCKSERVERS_CONTROL_TOKEN, found.child)
  }
  const tried = (command ? [[command].flat()] : LAUNCHERS).map((words) => words.join(' ')).join(', ')
  throw new Error(`no mockservers to start, tried: ${tried}; ${INSTALL}`)
}

/** A child that is ready, or undefined where there is no such program. */
function launched(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-10_000)
      const ready = READY.exec(said)
      if (!ready) return
      for (const each of [child, child.stdin, child.stderr]) each.unref() // a suite that forgets to stop it still ends
      resolve({ url: ready[1], child })
    })
    child.stdin.on('error', () => {})
    child.on('error', (error) => (error.code === 'ENOENT' ? resolve(undefined) : reject(error)))
    child.on('close', (code) => reject(new Error(`${program} ended with ${code} before it was ready: ${said.trim()}`)))
  })
}

/** A server that runs already: the one that MOCKSERVERS_URL names where no address is given. */
export function connect(url = process.env.MOCKSERVERS_URL ?? 'http://127.0.0.1:8750', { token } = {}) {
  return new MockServer(url.replace(/\/+$/, ''), token ?? process.env.MOCKSERVERS_CONTROL_TOKEN)
}

export class MockServer {
  #child
  #token
  constructor(url, token, child) {
    this.url = url
    this.#token = token
    this.#child = child
  }

  /** A fresh world, isolated from all others; what is left out is as in the world `default`. */
  async world({ name = `node-${randomUUID().slice(0, 13)}`, clock, ...options } = {}) {
    const begun = typeof clock === 'string' ? { mode: clock } : clock
    await this.ask('POST', '/worlds', { body: { name, ...options, clock: begun && { ...begun, now: iso(begun.now) } } })
    return MockWorld.of(this, name, `${this.url}/w/${name}`)
  }

  /** A world that is there: `default` answers where no other is named. */
  async existing(name = 'default') {
    await this.ask('GET', `/worlds/${encodeURIComponent(name)}`)
    return MockWorld.of(this, name, name === 'default' ? this.url : `${this.url}/w/${name}`)
  }

  /** Stop what `start` started. A server that was there before goes on. */
  async stop() {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.ref()
    await new Promise((resolve) => {
      child.once('exit', resolve)
      child.stdin.end()
    })
  }

  async [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {
    await this.stop()
  }

  /** Call the control API: a path below /_mock/v1; what it answers, or MockServersError. */
  async ask(method, path, { query = {}, body, base = this.url } = {}) {
    const known = Object.entries(query).filter(([, value]) => value !== undefined && value !== null)
    const asked = known.flatMap(([name, value]) => [value].flat().map((each) => [name, `${each}`]))
    const headers = this.#token ? { Authorization: `Bearer ${this.#token}` } : {}
    const init = { method, headers }
    if (method !== 'GET') Object.assign(init, { body: JSON.stringify(body ?? {}), headers: { ...headers, 'Content-Type': 'application/json' } })
    const answer = await fetch(`${base}/_mock/v1${path}${asked.length ? `?${new URLSearchParams(asked)}` : ''}`, init)
    const text = await answer.text()
    let told
    try {
      told = JSON.parse(text)
    } catch {
      told = { error: `${base} answers with what is no JSON (status ${answer.status}): ${text.slice(0, 200)}` }
    }
    if (!answer.ok) throw new MockServersError(answer.status, told)
    return told
  }
}

export class MockWorld {
  #server
  constructor(server, name, url, vendors) {
    this.#server = server
    this.name = name
    /** What a client is given in place of the vendor's scheme and host. */
    this.url = url
    /** By name: where a vendor answers, who is let in, and what other people do there. */
    this.vendors = Object.fromEntries(vendors.map((told) => [told.name, new MockVendor(this, told)]))
    this.clock = new MockClock(this)
  }

  static async of(server, name, url) {
    const { vendors } = await server.ask('GET', '/vendors', { base: url })
    return new MockWorld(server, name, url, vendors)
  }

  /** Call the control API about this world. */
  ask(method, path, options = {}) {
    return this.#server.ask(method, path, { ...options, base: this.url })
  }

  vendor(name) {
    if (!Object.hasOwn(this.vendors, name))
      throw new RangeError(`no vendor '${name}' answers here; expected one of: ${Object.keys(this.vendors).join(', ')}`)
    return this.vendors[name]
  }

  /** Plan trouble for the client: `fault('cut', { settings: { after_bytes: 40 }, vendor, operation, skip, times })`. */
  fault(kind, { settings = {}, ...address } = {}) {
    return this.ask('POST', '/faults', { body: { kind, settings, ...address, until: iso(address.until) } })
  }

  async clearFaults() {
    return (await this.ask('DELETE', '/faults')).cleared
  }

  /** Answer the next matching requests in place of the emulator: `override({ path: { contains: '/x' } }, { json: [] })`. */
  override(match, answer = {}, { skip, times } = {}) {
    return this.ask('POST', '/overrides', { body: { match, answer, skip, times } })
  }

  async clearOverrides() {
    return (await this.ask('DELETE', '/overrides')).cleared
  }

  /** Assert that the calls were made; an AssertionError shows the nearest ones. Resolves to the verdict. */
  async verify(expected = {}) {
    return held(await this.ask('POST', '/verify', { body: expectation(expected) }))
  }

  /** The same once the calls were made, at the latest after `timeout` seconds: no test sleeps. */
  async waitFor(expected = {}, { timeout = 10 } = {}) {
    const until = performance.now() / 1000 + timeout
    for (;;) {
      const left = Math.max(0, until - performance.now() / 1000)
      const query = { wait: Math.min(left, LONGEST) }
      const verdict = await this.ask('POST', '/verify', { query, body: expectation(expected) })
      if (verdict.ok || left <= LONGEST) return held(verdict, `after ${timeout} s: `)
    }
  }

  /** The calls so far, oldest first, with secrets masked; filters as GET /_mock/v1/journal takes them. */
  async journal({ begin, end, ...filters } = {}) {
    const query = { limit: 20_000, ...filters, begin: iso(begin), end: iso(end) }
    return (await this.ask('GET', '/journal', { query })).entries
  }

  /** What a careful client would not have sent. */
  async findings(filters = {}) {
    return (await this.ask('GET', '/findings', { query: { limit: 20_000, ...filters } })).findings
  }

  async checkpoint(name) {
    await this.#server.ask('POST', `/worlds/${this.name}/checkpoint`, { body: { name } })
  }

  async restore(name) {
    await this.#server.ask('POST', `/worlds/${this.name}/restore`, { body: { name } })
  }

  /** Back to the beginning; journal, faults and checkpoints are emptied. */
  async reset() {
    await this.#server.ask('POST', `/worlds/${this.name}/reset`)
  }

  async delete() {
    await this.#server.ask('DELETE', `/worlds/${this.name}`)
  }

  async [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {
    await this.delete()
  }
}

export class MockVendor {
  #world
  constructor(world, { name, title, address, description, demo_credential: credentials }) {
    this.#world = world
    /** `url` is what a client is configured with, `description` the WSDL or OpenAPI document, `credentials` the vendor's words. */
    Object.assign(this, { name, title, url: address, description, credentials })
  }

  /** What other people do: `act('act', { id, action: 'close' })`, `act('create', { fields })`; resolves to the record's truth. */
  async act(operation, { id, entity, tenant, after, most, ...given } = {}) {
    const path = id === undefined ? '/records' : `/records/${encodeURIComponent(id)}`
    const query = { vendor: this.name, tenant, entity }
    const body = { vendor: this.name, tenant, entity, ...given }
    if (operation === 'list') return (await this.#world.ask('GET', '/records', { query: { ...query, after, most } })).records
    if (operation === 'create') return this.#world.ask('POST', '/records', { body })
    if (id === undefined) throw new TypeError(`${operation} needs the id of a record`)
    if (operation === 'read') return this.#world.ask('GET', path, { query })
    if (operation === 'delete') return this.#world.ask('DELETE', path, { query })
    if (operation === 'change') return this.#world.ask('PATCH', path, { body })
    if (operation === 'act') return this.#world.ask('POST', `${path}/act`, { body })
    throw new RangeError(`unknown operation '${operation}'; expected one of: list, read, create, change, act, delete`)
  }

  /** The records of a tenant, whatever a client can see of them yet. */
  records(options = {}) {
    return this.act('list', options)
  }

  /** Let somebody else in: `grant('demo', { facts })`; resolves to the credential, its secret shown this once. */
  grant(tenant, options = {}) {
    const body = { vendor: this.name, tenant, ...options, expires: iso(options.expires) }
    return this.#world.ask('POST', '/credentials', { body })
  }

  /** Revoke a credential now. */
  revoke(id) {
    return this.#world.ask('POST', `/credentials/${encodeURIComponent(id)}/revoke`, { query: { vendor: this.name } })
  }

  /** The credentials with their ids; secrets are masked. */
  async granted(tenant) {
    return (await this.#world.ask('GET', '/credentials', { query: { vendor: this.name, tenant } })).credentials
  }

  /** Set dialect switches: `dialect({ errors: 'fault' })`, or a named dialect: `dialect('strict')`. */
  dialect(choice, { tenant } = {}) {
    const said = typeof choice === 'string' ? { named: choice } : { switches: choice }
    return this.#world.ask('PUT', '/dialect', { body: { vendor: this.name, tenant, ...said } })
  }

  verify(expected = {}) {
    return this.#world.verify(this.#here(expected))
  }

  waitFor(expected = {}, options = {}) {
    return this.#world.waitFor(this.#here(expected), options)
  }

  journal(filters = {}) {
    return this.#world.journal({ vendor: this.name, ...filters })
  }

  #here(expected) {
    const then = expected.then?.map((step) => ({ vendor: this.name, ...step }))
    return { vendor: this.name, ...expected, then }
  }
}

export class MockClock {
  #world
  constructor(world) {
    this.#world = world
  }

  async now() {
    return new Date((await this.#world.ask('GET', '/clock')).now)
  }

  /** Let time pass: `advance({ minutes: 5 })`, `advance('5m')`, `advance(90)` seconds. Resolves to the new time. */
  async advance(by) {
    return new Date((await this.#world.ask('POST', '/clock/advance', { body: { by: length(by) } })).now)
  }

  async set(now) {
    await this.#world.ask('PUT', '/clock', { body: { now: iso(now) } })
  }

  async freeze() {
    await this.#world.ask('PUT', '/clock', { body: { mode: 'frozen' } })
  }

  /** Let it run: as the machine's, or `rate` times as fast. */
  async run(rate = 1) {
    await this.#world.ask('PUT', '/clock', { body: rate === 1 ? { mode: 'real' } : { mode: 'scaled', rate } })
  }
}

const iso = (moment) => (moment instanceof Date ? moment.toISOString() : moment)

function length(by) {
  if (typeof by !== 'object' || by === null) return by
  const unknown = Object.keys(by).find((unit) => !(unit in UNITS))
  if (unknown) throw new RangeError(`unknown unit '${unknown}'; expected one of: ${Object.keys(UNITS).join(', ')}`)
  return Object.entries(by).reduce((sum, [unit, many]) => sum + many * UNITS[unit], 0)
}

const expectation = ({ begin, end, then, ...words }) => {
  const steps = then?.map((step) => ({ ...step, begin: iso(step.begin), end: iso(step.end) }))
  return { ...words, begin: iso(begin), end: iso(end), then: steps }
}

function held(verdict, when = '') {
  if (!verdict.ok) throw Object.assign(new AssertionError({ message: when + verdict.says, operator: 'verify' }), { verdict })
  return verdict
}
