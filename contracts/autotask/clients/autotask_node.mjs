// A client of Autotask in Node, done right: fetch, regular expressions, and updates that send back what stood in the answer.
//
// mockservers check autotask --client 'node contracts/autotask/clients/autotask_node.mjs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serve } from '../../clients/session.mjs'

const ATWS = 'http://autotask.net/ATWS/v1_6/'
const PAGE = 500
const NUMBERS = ['Status', 'Priority', 'QueueID', 'Source', 'AccountID', 'AssignedResourceID', 'EstimatedHours']
const DATES = ['CreateDate', 'LastActivityDate', 'DueDateTime', 'CompletedDate']
const TEXTS = ['TicketNumber', 'Title', 'Description', 'Resolution', 'PurchaseOrderNumber']
const MIRRORED = [...NUMBERS, ...DATES, ...TEXTS]
const COMPLETE = 5
const NAMED = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const failure = (kind, message) => Object.assign(new Error(message), { kind })
const escape = (text) => String(text).replace(/[&<>"\r]/g, (letter) => `&#${letter.charCodeAt(0)};`)
const unescape = (text) =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex, decimal, name) =>
    name ? NAMED[name] : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal)))
const text = (xml, name) => unescape(xml.match(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`))?.[1] ?? '')
const condition = (field, operator, value, own = '') =>
  `<field${own}>${escape(field)}<expression op="${operator}">${escape(value)}</expression></field>`
const typed = (name, kind, value) => `<${name} xsi:type="xsd:${kind}">${escape(value)}</${name}>`

const CLOCK = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' }
const clocks = new Map() // a format is dear to make

// What clocks of a zone show at an instant, as if it were UTC, in milliseconds.
function wall(instant, zone) {
  if (!clocks.has(zone)) clocks.set(zone, new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...CLOCK }))
  const part = Object.fromEntries(clocks.get(zone).formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
  const milliseconds = ((instant % 1000) + 1000) % 1000
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) + milliseconds
}

// The instant at which clocks of a zone show a text without an offset.
function instant(shown, zone) {
  const told = Date.parse(`${shown.includes('T') ? shown : `${shown}T00:00:00`}Z`)
  let guess = told
  for (let turn = 0; turn < 2; turn++) guess += told - wall(guess, zone)
  return new Date(guess).toISOString()
}

class Client {
  hello() {
    const tasks = ['sync', 'mirror', 'create', 'update', 'close']
    return { name: 'Autotask in Node', protocol: 1, tasks, mirrors: MIRRORED, options: ['time_zone', 'restart', 'kill'] }
  }

  async reset({ endpoint, credentials, options, state_dir }) {
    const basic = Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')
    Object.assign(this, { endpoint, credentials, options, basic, service: null, file: join(state_dir, 'state.json') })
    const kept = await readFile(this.file, 'utf8').then(JSON.parse, () => ({}))
    this.known = new Map(kept.known)
    this.since = kept.since ?? ''
    this.gone = kept.gone ?? 0
    this.unanswered = kept.unanswered ?? [] // keys of tickets that may have been made
  }

  async keep(news) {
    const { known, since, gone, unanswered } = Object.assign(this, news)
    await writeFile(`${this.file}.new`, JSON.stringify({ known: [...known], since, gone, unanswered }))
    await rename(`${this.file}.new`, this.file)
  }

  async sync() {
    await this.spare()
    let { since, gone } = this
    const known = new Map(this.known)
    let place = 0
    for await (const ticket of this.walk('Ticket', 0, since && condition('LastActivityDate', 'GreaterThanOrEquals', since))) {
      known.set(text(ticket, 'id'), this.read(ticket))
      const active = text(ticket, 'LastActivityDate')
      // Later pages are answered later, and may be younger than a change of what the first one showed.
      if (place++ < PAGE && active > since) since = active
    }
    for await (const entry of this.walk('DeletedTicketLog', gone)) {
      known.delete(text(entry, 'TicketID'))
      gone = text(entry, 'id')
    }
    await this.keep({ known, since, gone }) // what failed on the way begins again where it began
  }

  mirror() {
    return [...this.known].map(([id, fields]) => ({ id, fields }))
  }

  read(ticket) {
    const plain = ticket.replace(/<UserDefinedFields>.*<\/UserDefinedFields>/s, '')
    const told = (name) => text(plain, name)
    return Object.fromEntries([
      ...TEXTS.map((name) => [name, told(name) || null]),
      ...NUMBERS.map((name) => [name, told(name) === '' ? null : Number(told(name))]),
      ...DATES.map((name) => [name, told(name) === '' ? null : instant(told(name), this.options.time_zone)]),
    ])
  }

  async spare() {
    const said = text(await this.call('getThresholdAndUsageInfo', ''), 'Message')
    const [limit, , used] = [...said.matchAll(/: *(\d+)/g)].map(([, number]) => Number(number))
    if (used > limit * 0.9) throw failure('refused', `${used} of ${limit} requests are used; the rest is left to others`)
  }

  async *walk(entity, after, tests = '') {
    for (;;) {
      const rows = await this.query(entity, tests + condition('id', 'GreaterThan', after))
      yield* rows
      if (rows.length < PAGE) return
      after = text(rows.at(-1), 'id')
    }
  }

  // --- writing ---

  async create({ key, fields }) {
    const { unanswered } = this
    const mark = this.options.reference_field
    if (unanswered.includes(key)) {
      const [there] = await this.query('Ticket', condition(mark, 'Equals', key, ' udf="true"'))
      if (there) return { id: text(there, 'id') }
    }
    await this.keep({ unanswered: [...unanswered, key] })
    const own = `<UserDefinedField><Name>${escape(mark)}</Name><Value>${escape(key)}</Value></UserDefinedField>`
    const sent = this.elements({ Source: this.options.source, ...fields })
    try {
      const id = await this.write('create', 0, `<UserDefinedFields>${own}</UserDefinedFields>${sent}`)
      await this.keep({ unanswered: unanswered.filter((other) => other !== key) })
      return { id }
    } catch (error) {
      if (error.kind === 'refused') await this.keep({ unanswered })
      throw error
    }
  }

  async update({ record, fields }) {
    const [ticket] = await this.query('Ticket', condition('id', 'Equals', record))
    if (!ticket) throw failure('refused', `there is no ticket ${record}`)
    // What stands there goes back as it stands, typed and escaped already; what is not sent would be cleared.
    const plain = ticket.replace(/<UserDefinedFields>.*<\/UserDefinedFields>/s, '')
    const kept = [...plain.matchAll(/<(\w+) xsi:type="xsd:\w+">[^<]+<\/\1>/g)].filter(([, name]) => !(name in fields))
    await this.write('update', record, kept.map(([element]) => element).join('') + this.elements(fields))
  }

  close({ record }) {
    return this.update({ record, fields: { Status: COMPLETE } })
  }

  async write(operation, id, sent) {
    const answer = await this.call(operation, `<Entities><Entity xsi:type="Ticket"><id>${id}</id>${sent}</Entity></Entities>`)
    return text(answer.match(/<EntityResults>.*<\/EntityResults>/s)[0], 'id')
  }

  elements(fields) {
    return Object.entries(fields).map(([name, value]) => {
      if (value === null || value === '') return ''
      if (typeof value === 'number') return typed(name, Number.isInteger(value) ? 'int' : 'double', value)
      return typed(name, /Date(Time)?$/.test(name) ? 'dateTime' : 'string', value) // times come with their offset
    }).join('')
  }

  // --- calls ---

  async query(entity, tests) {
    const question = `<queryxml><entity>${entity}</entity><query>${tests}</query></queryxml>`
    const answer = await this.call('query', `<sXML>${escape(question)}</sXML>`)
    return [...answer.matchAll(/<Entity xsi:type="\w+">(.*?)<\/Entity>/gs)].map(([, inside]) => inside)
  }

  async call(operation, inside) {
    if (this.service === null) {
      const zone = await this.post(this.endpoint, 'getZoneInfo', `<UserName>${escape(this.credentials.user)}</UserName>`)
      if (text(zone, 'ErrorCode') !== '0' || !text(zone, 'URL')) throw failure('refused', 'this user has no zone')
      this.service = text(zone, 'URL')
    }
    const answer = await this.post(this.service, operation, inside)
    if (text(answer, 'ReturnCode') !== '1') throw failure('refused', text(answer, 'Message'))
    return answer
  }

  async post(address, operation, inside) {
    const code = escape(this.credentials.IntegrationCode)
    const body = `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Header>
      <AutotaskIntegrations xmlns="${ATWS}"><IntegrationCode>${code}</IntegrationCode></AutotaskIntegrations></soap:Header>
      <soap:Body><${operation} xmlns="${ATWS}">${inside}</${operation}></soap:Body></soap:Envelope>`
    const headers = {
      'Content-Type': 'text/xml; charset=utf-8',
      SOAPAction: `"${ATWS}${operation}"`,
      Authorization: `Basic ${this.basic}`,
    }
    const answer = await fetch(address, { method: 'POST', headers, body })
    const content = await answer.text()
    if (answer.status === 401) throw failure('refused', 'the login was refused')
    if (content.includes('<faultstring>')) throw failure('refused', text(content, 'faultstring'))
    if (answer.status !== 200 || !content.includes(`</${operation}Response>`))
      throw failure('transport', `status ${answer.status}, and no answer of ${operation}`)
    return content
  }
}

serve(Client)
