// A correct client of Track-It! in Node (18 or later): four numbers at once, and writes that are looked at again when
// their answer is lost. Its token is renewed by whoever is refused first; the others wait for it.
//
// mockservers check trackit --client 'node contracts/trackit/clients/trackit_node.mjs'
import { serve } from '../../clients/session.mjs'

const MIRRORED = ['1', '2', '7', '8', '12', '18', '22', '36', '39', '81', '83', '84', '95', '96', '100', '102', '106', '163']
const NOTE = ['1', '3', '5', '7', '10', '14', '27']
const AT_ONCE = 4
const PAGE = 20

const failure = (kind, message, status) => Object.assign(new Error(message), { kind, status })
const values = (record) => Object.fromEntries(Object.entries(record).map(([number, field]) => [number, field.Value]))
const shown = (record, names) => Object.fromEntries(names.map((name) => [name, record[name] ?? null]))
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const empty = (value) => value === undefined || value === null || value === ''
const isTime = (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*Z$/.test(value)
const alike = (found, wanted) =>
  isTime(found) && isTime(wanted)
    ? Math.abs(Date.parse(found) - Date.parse(wanted)) < 5 // steps of 1/300 s
    : found === wanted || (empty(found) && empty(wanted))

class Client {
  hello() {
    const tasks = ['sync', 'mirror', 'update', 'note', 'close']
    return { name: 'Track-It! in Node', protocol: 1, tasks, mirrors: [...MIRRORED, 'notes'] }
  }

  reset({ endpoint, credentials, options }) {
    Object.assign(this, { endpoint, credentials, options, token: null, renewing: null })
    this.tickets = new Map()
    this.unsure = new Set() // keys of notes that may be there
  }

  mirror() {
    return [...this.tickets].map(([id, fields]) => ({ id, fields }))
  }

  // --- tasks ---

  async sync() {
    this.renewing = null
    let next = this.options.first_id
    let last = Math.max(next - 1, ...this.tickets.keys())
    while (next <= last + this.options.longest_gap + 1) {
      const numbers = Array.from({ length: AT_ONCE }, (_, n) => next + n)
      const results = await Promise.allSettled(numbers.map((number) => this.look(number)))
      const failed = results.find((result) => result.status === 'rejected')
      if (failed) throw failed.reason
      last = Math.max(last, ...numbers.filter((_, n) => results[n].value))
      next += AT_ONCE
    }
  }

  async look(number) {
    try {
      const [ticket, notes] = [await this.read(number), await this.notes(number)]
      this.tickets.set(number, { ...shown(ticket, MIRRORED), notes })
      return true
    } catch (error) {
      if (error.status === this.options.unknown_status) this.tickets.delete(number)
      else if (error.status !== 403) throw error // there, and not for us at the moment
      return false
    }
  }

  async update({ record, fields }) {
    this.renewing = null
    const { 96: status, ...rest } = fields
    if (Object.keys(rest).length) {
      const ticket = this.ticket(await this.call('POST', `tickets/${record}`, { Properties: rest }))
      const lost = Object.keys(rest).filter((name) => !alike(ticket[name], rest[name]))
      if (lost.length) throw failure('refused', `the server did not take ${lost}`)
    }
    if (status === undefined) return
    const body = { StatusName: status, Note: this.note_of('Status changed') }
    await this.inSteps(record, 'ChangeStatus', body, (ticket) => ticket['96'] === status)
  }

  async close({ record }) {
    this.renewing = null
    await this.inSteps(record, 'Close', { Note: this.note_of('Closed') }, (ticket) => !empty(ticket['18']))
  }

  async note({ record, key, text, minutes }) {
    this.renewing = null
    const mark = `#${key}#`
    if (this.unsure.has(key) && (await this.notes(record)).some((note) => note['5']?.endsWith(mark))) return
    const duration = minutes ? { Duration: `${pad(minutes / 60)}:${pad(minutes % 60)}:00` } : {}
    try {
      await this.call('POST', `tickets/${record}/AddNote`, { ...this.note_of(`${text} ${mark}`), ...duration })
      this.unsure.delete(key)
    } catch (error) {
      if (error.kind === 'transport') this.unsure.add(key)
      throw error
    }
  }

  // --- what they share ---

  note_of(text) {
    const { note_types: types, activities, note_text: kind } = this.options
    return { 'Note Type': types[0], 'Activity Code': activities[0], Note: kind === 'plain' ? escaped(text) : text }
  }

  /** The status comes first and the note second: after a failure the status tells whether it was done. */
  async inSteps(record, action, body, done) {
    try {
      await this.call('POST', `tickets/${record}/${action}`, body)
    } catch (error) {
      if (error.kind !== 'transport') throw error
      const ticket = await this.read(record).catch(() => null)
      if (!ticket || !done(ticket)) throw error
    }
  }

  async read(number) {
    return this.ticket(await this.call('GET', `tickets/${number}`))
  }

  async notes(number) {
    const found = new Map()
    for (let page = 1; ; page++) {
      const { TicketNotes: listed } = await this.call('GET', `tickets/${number}/Notes/${PAGE}/${page}`)
      if (!Array.isArray(listed)) throw failure('transport', 'an answer without notes')
      for (const note of listed.map(values)) found.set(note['1'], shown(note, NOTE))
      if (listed.length < PAGE) return [...found.values()]
    }
  }

  ticket(answer) {
    const record = answer.Tickets ?? answer.Ticket
    if (!record) throw failure('transport', 'an answer without a ticket')
    return values(record)
  }

  // --- calls ---

  async call(method, path, body) {
    const token = (this.token ??= await this.login())
    try {
      return await this.send(method, path, token, body)
    } catch (error) {
      if (error.status !== 401) throw error
    }
    if (this.token === token) this.token = null // else somebody has a newer one already
    const newer = (this.token ??= await this.login())
    try {
      return await this.send(method, path, newer, body)
    } catch (error) {
      if (error.status === 401 && this.token === newer) this.token = null
      throw error
    }
  }

  /** One login at a time: whoever comes meanwhile waits for the same. One that fails is not tried again in a task. */
  async login() {
    const token = await (this.renewing ??= this.grant())
    this.renewing = null
    return token
  }

  async grant() {
    const body = new URLSearchParams({ grant_type: 'password', ...this.credentials })
    try {
      return (await this.fetch('POST', 'token', { body })).access_token
    } catch (error) {
      throw failure(error.kind, `login: ${error.message}`) // its status is about no ticket
    }
  }

  send(method, path, token, body) {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    return this.fetch(method, path, { headers, body: body === undefined ? undefined : JSON.stringify(body) })
  }

  async fetch(method, path, more) {
    let status, told
    try {
      const answer = await fetch(`${this.endpoint}/${path}`, { method, ...more })
      status = answer.status
      told = await answer.json()
    } catch (error) {
      throw failure('transport', `${method} ${path}: ${status ?? error.name}`)
    }
    if (status >= 500 || told === null || typeof told !== 'object') throw failure('transport', `status ${status}`)
    if (status >= 400) throw failure('refused', `status ${status}: ${told.Message ?? told.error}`, status)
    return told
  }
}

const pad = (number) => String(Math.floor(number)).padStart(2, '0')

serve(Client)
