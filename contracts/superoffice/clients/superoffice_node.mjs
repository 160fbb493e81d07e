// A client of SuperOffice in Node that is called, done right: what it is told of it reads at once, behind the answer. Once an hour it
// asks for what has changed, and sees to its webhook. A sync waits for what is being read, and repeats what failed.
//
// mockservers check superoffice --client 'node contracts/superoffice/clients/superoffice_node.mjs'
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { now, serve } from '../../clients/session.mjs'

const TEXTS = ['Title', 'Author', 'BaseStatus', 'Slevel', 'Origin', 'FromAddress', 'OwnedByName', 'PriorityName']
const NUMBERS = ['CreatedBy', 'OwnedBy', 'OwnedByAssociateId', 'Category', 'Priority', 'TicketStatus', 'CustId', 'NumMessages']
const DATES = ['CreatedAt', 'LastChanged', 'Activate', 'ClosedAt', 'RepliedAt', 'Deadline']
const MIRRORED = [...TEXTS, ...NUMBERS, ...DATES]
const NAME = 'node listener'
const EVENTS = ['ticket.created', 'ticket.changed']
const PAGE = 80
const HOUR = 3_600_000

const failure = (kind, message) => Object.assign(new Error(message), { kind })
const moment = (text) => (text === null || text === undefined || text.startsWith('0001-') ? null : new Date(text).toISOString())

class Client {
  hello() {
    const told = { name: 'SuperOffice in Node', protocol: 1, tasks: ['sync', 'mirror'], mirrors: MIRRORED }
    return { ...told, poll_seconds: 3600, options: ['webhooks', 'deployment'] }
  }

  async reset({ url, credentials }) {
    Object.assign(this, { url, credentials, bearer: credentials.Bearer, secret: randomBytes(24).toString('hex') })
    Object.assign(this, { tickets: new Map(), due: new Set(), reading: Promise.resolve(), latest: '', walked: 0 })
    this.listener = createServer((request, answer) => this.called(request, answer))
    await new Promise((ready) => this.listener.listen(0, '127.0.0.1', ready))
    this.target = `http://127.0.0.1:${this.listener.address().port}/`
  }

  bye() {
    this.listener?.close()
    this.listener?.closeAllConnections()
  }

  // --- being called ---

  async called(request, answer) {
    const parts = []
    for await (const part of request) parts.push(part)
    const body = Buffer.concat(parts)
    const wanted = createHmac('sha256', this.secret).update(body).digest()
    const given = Buffer.from(`${request.headers['x-superoffice-signature'] ?? ''}`, 'base64')
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return answer.writeHead(401).end()
    answer.writeHead(200).end()
    const { Event, PrimaryKey } = JSON.parse(body)
    if (!EVENTS.includes(Event)) return
    this.due.add(PrimaryKey)
    // What failed stays due, and after a failure nothing is asked until the next sync has told of it.
    this.reading = this.reading.then((trouble) => trouble ?? this.take().then(() => undefined, (error) => error))
  }

  async take() {
    const numbers = [...this.due]
    numbers.forEach((number) => this.due.delete(number)) // one that is told of again meanwhile is due again
    try {
      await this.read(numbers)
    } catch (error) {
      numbers.forEach((number) => this.due.add(number))
      throw error
    }
  }

  async subscribe() {
    const hooks = (await this.call('POST', 'Agents/Webhook/GetAllWebhooks', { NameFilter: NAME })) ?? []
    const [mine, ...more] = hooks.filter((hook) => hook.Name === NAME)
    for (const { WebhookId } of more) await this.call('POST', `Agents/Webhook/DeleteWebhook?WebhookId=${WebhookId}`)
    if (mine?.State === 'Active' && mine.TargetUrl === this.target) return
    const wanted = { Name: NAME, Events: EVENTS, TargetUrl: this.target, Secret: this.secret, State: 'Active', Type: 'webhook' }
    await this.call('POST', 'Agents/Webhook/SaveWebhook', { ...(mine ?? { WebhookId: 0 }), ...wanted })
  }

  // --- the job ---

  async sync() {
    const begun = Date.parse(await now())
    const trouble = await this.reading
    this.reading = Promise.resolve()
    if (trouble) throw trouble
    if (!this.walked || begun - this.walked >= HOUR) {
      await this.subscribe()
      await this.walk()
      this.walked = begun
    }
    if (this.due.size) await this.take()
  }

  // What has changed since the latest change that is known, by number, so that no row shifts under the pages.
  async walk() {
    const since = this.latest && `lastChanged afterTime '${new Date(Date.parse(this.latest) - 1000).toISOString().slice(0, 19)}' and `
    let latest = this.latest
    let number = 0
    for (let begun = ''; ; ) {
      const query = { $select: 'ticketId,lastChanged', $filter: `${since}ticketId gt ${number}`, $orderby: 'ticketId', $top: PAGE }
      const { value: rows } = await this.call('GET', `Ticket?${new URLSearchParams(query)}`)
      begun ||= this.answered
      await this.read(rows.map((row) => row.ticketId))
      for (const changed of rows.map((row) => moment(row.lastChanged))) if (changed > latest) latest = changed
      if (rows.length < PAGE) {
        this.latest = latest && latest < begun ? latest : latest && begun // what changed on the way comes next time
        return
      }
      number = rows.at(-1).ticketId
    }
  }

  async read(numbers) {
    for (let first = 0; first < numbers.length; first += PAGE) {
      const TicketIds = numbers.slice(first, first + PAGE)
      for (const ticket of await this.call('POST', 'Agents/Ticket/GetTickets', { TicketIds })) if (ticket) this.keep(ticket)
    }
  }

  keep(ticket) {
    const known = this.tickets.get(ticket.TicketId) ?? {}
    if (known.LastChanged > moment(ticket.LastChanged)) return // two readings at once; the younger one came first
    const hidden = (name) => ticket.FieldProperties?.[name]?.FieldRight?.Mask === 'None'
    const value = (name) => (DATES.includes(name) ? moment(ticket[name]) : (ticket[name] ?? null))
    this.tickets.set(ticket.TicketId, Object.fromEntries(MIRRORED.map((name) => [name, hidden(name) ? (known[name] ?? null) : value(name)])))
  }

  mirror() {
    return [...this.tickets].map(([id, fields]) => ({ id: `${id}`, fields }))
  }

  // --- calls ---

  async call(verb, path, body, renewed = false) {
    const headers = { Authorization: `Bearer ${this.bearer}`, Accept: 'application/json', 'Accept-Language': 'en' }
    Object.assign(headers, { 'SO-TimeZone': 'UTC,includeTZOffset', 'Content-Type': 'application/json' })
    const answer = await fetch(`${this.url}/api/v1/${path}`, { method: verb, headers, body: body && JSON.stringify(body) })
    const text = await answer.text()
    this.answered = moment(answer.headers.get('Date'))
    if (answer.status === 401 && !renewed) {
      await this.renew()
      return this.call(verb, path, body, true)
    }
    if (answer.status === 204) return null
    if (answer.status >= 500 || (answer.ok && !text)) throw failure('transport', `the vendor answered ${answer.status}`)
    if (!answer.ok) throw failure('refused', `the vendor answered ${answer.status}: ${text.slice(0, 100)}`)
    let found
    try {
      found = JSON.parse(text)
    } catch {
      throw failure('transport', 'an answer that ends early')
    }
    if (found && (found.Message || found.ErrorMessage)) throw failure('refused', found.ErrorMessage ?? found.Message)
    return found
  }

  async renew() {
    const { refresh_token, 'SO-AppToken': client_secret } = this.credentials
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token, client_secret })
    const answer = await fetch(`${this.url}/login/common/oauth/tokens`, { method: 'POST', body })
    const text = await answer.text()
    if (answer.status >= 500 || !text) throw failure('transport', `no token: ${answer.status}`)
    if (!answer.ok) throw failure('refused', 'no new token is given')
    this.bearer = JSON.parse(text).access_token
  }
}

serve(Client)
