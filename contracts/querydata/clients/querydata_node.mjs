// A correct client of QueryData in Node: XML answers, an XML reader of its own, four Details at once, times by Intl.
//
// mockservers check querydata --client 'node contracts/querydata/clients/querydata_node.mjs'
import { now, serve } from '../../clients/session.mjs'

const MINUTE = 60_000
const AT_ONCE = 4
const TEXTS = ['TicketNumber', 'TicketType', 'Priority', 'Status', 'Folder', 'AssignedTo', 'LastAction', 'Duration']
const LONG_TEXTS = ['Remarks', 'LocateInstructions']
const TIMES = ['CreateDate', 'LastActionDateTime', 'WorkStartDateTime', 'ExpirationDateTime']
const NUMBERS = ['Version', 'DepthInches']
const FLAGS = ['IsNewestVersion', 'Explosives', 'Boring', 'WhiteLined']
const GROUPS = ['Excavator', 'WorkSite']
const LISTS = ['Members', 'Responses', 'History']
const MIRRORED = [...TEXTS, ...LONG_TEXTS, ...TIMES, ...NUMBERS, ...FLAGS, ...GROUPS, ...LISTS]
const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const failure = (kind, message) => Object.assign(new Error(message), { kind })
const escaped = (text) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
const unescaped = (text) =>
  text.replace(/&(?:#x([0-9a-f]+)|#([0-9]+)|(\w+));/gi, (_, hex, decimal, name) =>
    name ? ENTITIES[name] : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal)))

/** A tree of { name, children, text } for well-formed XML; prefixes fall away. Throws where the text ends too early. */
function parse(xml) {
  const top = { name: '', children: [], text: '' }
  const open = [top]
  const token = /<\?.*?\?>|<!--.*?-->|<!\[CDATA\[(.*?)\]\]>|<(\/?)([^\s/>]+)((?:"[^"]*"|'[^']*'|[^>"'])*?)(\/?)>|([^<]+)/gs
  for (const [, data, closing, tag, , short, text] of xml.matchAll(token)) {
    const inside = open.at(-1)
    if (text !== undefined || data !== undefined) inside.text += data ?? unescaped(text.replace(/\r\n?/g, '\n'))
    if (tag === undefined) continue
    if (closing) {
      open.pop()
      continue
    }
    const element = { name: tag.replace(/^.*:/, ''), children: [], text: '' }
    inside.children.push(element)
    if (!short) open.push(element)
  }
  if (open.length !== 1 || top.children.length !== 1) throw failure('transport', 'the XML ends before its end')
  return top.children[0]
}

const child = (element, name) => element?.children.find((each) => each.name === name)
const find = (element, name) =>
  element.name === name ? element : element.children.map((each) => find(each, name)).find(Boolean)

class Client {
  hello() {
    return { name: 'QueryData in Node', protocol: 1, tasks: ['sync', 'mirror'], mirrors: MIRRORED, options: ['time_zone'] }
  }

  reset({ endpoint, credentials, options }) {
    const formats = Object.entries(options.result_formats)
    const format = formats.find(([, kind]) => kind === 'xml')?.[0]
    if (!format) throw failure('refused', 'this client reads answers in XML')
    const clock = new Intl.DateTimeFormat('en-CA', {
      timeZone: options.time_zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit',
      hour: '2-digit', minute: '2-digit', second: '2-digit',
    })
    Object.assign(this, { endpoint, options, format, clock, code: credentials.AuthCode })
    Object.assign(this, { from: Date.parse(options.since), tickets: new Map(), waiting: new Set() })
  }

  async sync() {
    const until = Date.parse(await now())
    const lag = this.options.lag_seconds * 1000
    for (let start = this.from - lag; start < until;) {
      const end = Math.min(start + this.options.window_minutes * MINUTE, until)
      for (const id of await this.summary(start, end)) this.waiting.add(id)
      this.from = Math.max(this.from, end) // only what was answered is behind us
      start = end
    }
    const waiting = [...this.waiting]
    let refused
    for (let n = 0; n < waiting.length; n += AT_ONCE) {
      const answers = await Promise.allSettled(waiting.slice(n, n + AT_ONCE).map((id) => this.fetch(id)))
      const reasons = answers.flatMap(({ reason }) => reason ?? [])
      const fatal = reasons.find(({ kind, message }) => kind !== 'refused' || message.includes('AuthCode'))
      if (fatal) throw fatal
      refused ??= reasons[0]
    }
    if (refused) throw refused
  }

  async fetch(id) {
    const result = await this.ask('Details', 'UtilisphereID', 'EQUALS', id)
    const ticket = child(child(result, this.options.details_root), 'Ticket')
    if (ticket) this.tickets.set(id, ticket)
    else this.tickets.delete(id)
    this.waiting.delete(id)
  }

  async summary(start, end) {
    const window = `${this.minute(start)}-${this.minute(Math.ceil(end / MINUTE) * MINUTE)}`
    const ids = child(await this.ask('Summary', 'LastActionDateTime', 'TIME_BETWEEN', window), 'UtilisphereIDs')
    return (ids?.children ?? []).map(({ text }) => text)
  }

  mirror() {
    return [...this.tickets].map(([id, ticket]) => ({ id, fields: this.fields(ticket) }))
  }

  fields(ticket) {
    const told = Object.fromEntries(ticket.children.map((each) => [each.name, each]))
    const read = (names, value) => names.map((name) => [name, told[name] ? value(told[name]) : null])
    return Object.fromEntries([
      ...read([...TEXTS, ...LONG_TEXTS], ({ text }) => text),
      ...read(TIMES, ({ text }) => this.instant(text)),
      ...read(NUMBERS, ({ text }) => Number(text)),
      ...read(FLAGS, ({ text }) => text === 'true'),
      ...read(GROUPS, (element) => this.group(element)),
      ...read(LISTS, ({ children }) => children.map((each) => this.group(each))),
    ])
  }

  group({ children }) {
    const value = (each) => {
      if (each.name === 'FacilityTypes') return each.children.map(({ text }) => text)
      if (each.name === 'Closes') return each.text === 'true'
      return each.name.endsWith('DateTime') ? this.instant(each.text) : each.text
    }
    return Object.fromEntries(children.map((each) => [each.name, value(each)]))
  }

  // --- times ---

  wall(moment) {
    return Object.fromEntries(this.clock.formatToParts(moment).map(({ type, value }) => [type, value]))
  }

  minute(moment) {
    const { year, month, day, hour, minute } = this.wall(moment)
    return `${year}/${month}/${day} ${hour}:${minute}`
  }

  /** The instant at which the tenant's clocks show this: guessed as UTC, and set right by what they show then. */
  instant(text) {
    const [year, month, ...rest] = text.match(/\d+/g).map(Number)
    const shown = Date.UTC(year, month - 1, ...rest)
    let moment = shown
    for (let turn = 0; turn < 2; turn++) {
      const there = this.wall(moment)
      moment += shown - Date.UTC(there.year, there.month - 1, there.day, there.hour, there.minute, there.second)
    }
    return new Date(moment).toISOString()
  }

  // --- questions ---

  async ask(result, field, operation, value) {
    const question = {
      AuthCode: this.code, ItemType: 'Ticket', ResultType: result, ResultFormat: this.format, UseWarehouse: false,
      Filters: [{ Field: field, Operation: operation, Value: value }],
    }
    const { namespace, parameter } = this.options
    const payload = `<${parameter}>${escaped(JSON.stringify({ QueryData_V1: question }))}</${parameter}>`
    const body =
      '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' +
      `<QueryData xmlns="${escaped(namespace)}">${payload}</QueryData></s:Body></s:Envelope>`
    const headers = { 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: `"${namespace.replace(/\/$/, '')}/QueryData"` }
    const answer = await fetch(this.endpoint, { method: 'POST', body, headers })
    const text = await answer.text()
    if (!text.startsWith('<')) throw failure('transport', `status ${answer.status} without XML`)
    const message = parse(text)
    const fault = find(message, 'faultstring')
    if (fault) throw failure('refused', fault.text)
    const told = find(message, 'QueryDataResult')
    if (!told?.text) throw failure('transport', `status ${answer.status} without a result`)
    const tree = parse(told.text)
    const error = child(tree, 'Error')
    if (error) throw failure('refused', error.children.map((each) => each.text).join(': '))
    return tree
  }
}

serve(Client)
