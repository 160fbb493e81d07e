// A reader of get_tickets in Node, done right: pages of 25, XML, a server in UTC.
// mockservers check get_tickets --client 'node contracts/get_tickets/clients/get_tickets_node.mjs'
import { serve } from '../../clients/session.mjs'

const PAGE = 25
const ENCODED = ['cid', 'company_name', 'contact', 'status', 'priority', 'updated_by', 'subject', 'summary']
const DATES = ['date_opened', 'date_closed', 'due_date', 'last_updated']
const NUMBERS = ['parent_ticket']
const PLAIN = ['assigned_tech', 'locked']
const MIRRORED = [...ENCODED, ...DATES, ...NUMBERS, ...PLAIN]
const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const failure = (kind, message) => Object.assign(new Error(message), { kind })
const unescape = (text) =>
  text.replace(/&(?:#x([0-9a-f]+)|#([0-9]+)|(\w+));/gi, (_, hex, decimal, name) =>
    name ? ENTITIES[name] : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal)))
const decode = (text) => decodeURIComponent(text.replaceAll('+', ' '))
const elements = (text) => [...text.matchAll(/<(\w+)>([^<]*)<\/\1>|<(\w+)\s*\/>/g)]

function instant(text) {
  const [, month, day, year, hour, minute, second, half] = text.match(/^(\d+)\/(\d+)\/(\d+) (\d+):(\d+):(\d+) ([AP]M)$/)
  return new Date(Date.UTC(year, month - 1, day, (hour % 12) + (half === 'PM' ? 12 : 0), minute, second)).toISOString()
}

function value(name, text) {
  if (ENCODED.includes(name)) return decode(text)
  if (text === '') return null
  return DATES.includes(name) ? instant(text) : NUMBERS.includes(name) ? Number(text) : text
}

class Client {
  hello() {
    return { name: 'get_tickets in Node', protocol: 1, tasks: ['sync', 'mirror'], mirrors: MIRRORED }
  }

  reset({ endpoint, credentials, options }) {
    if (options.format !== 'xml' || options.time_zone !== 'UTC' || options.culture !== 'us')
      throw failure('refused', 'this client reads XML of servers in UTC with dates of the United States')
    Object.assign(this, { endpoint, key: credentials.key, tickets: new Map() })
  }

  async sync() {
    const found = new Map()
    for (let page = 1; ; page++) {
      const tickets = await this.page(page)
      for (const ticket of tickets) found.set(ticket.tid, ticket)
      if (tickets.length < PAGE) break
    }
    this.tickets = found // only a walk that reached its end replaces what was known
  }

  async page(page) {
    const query = { key: this.key, action: 'get_tickets', tid: '*', order: 'tid', count: PAGE, page }
    const answer = await fetch(`${this.endpoint}?${new URLSearchParams(query)}`)
    const text = await answer.text()
    if (/<response>/.test(text)) throw failure('refused', decode(unescape(elements(text)[0]?.[2] ?? '')))
    if (!/<tickets\s*\/>|<\/tickets>/.test(text)) throw failure('transport', `status ${answer.status}, and no tickets`)
    return [...text.matchAll(/<ticket>(.*?)<\/ticket>/gs)].map(([, inside]) => {
      const told = elements(inside).map(([, name, raw, empty]) => [name ?? empty, unescape(raw ?? '')])
      return Object.fromEntries(told.reverse().map(([name, raw]) => [name, value(name, raw)])) // of two cids the first
    })
  }

  mirror() {
    const records = [...this.tickets].map(([id, ticket]) => ({ id, fields: ticket }))
    return { records }
  }
}

serve(() => new Client())
