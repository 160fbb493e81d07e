// node --test: the server is started where `mockservers serve -- npm test` has not started it already.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { MockServersError, start } from './mockservers.mjs' // in a project of your own: from 'mockservers'

let server, world, desk

/** The client under test: it reads a ticket, and tries twice when the answer breaks off. */
async function subject(tid) {
  const query = new URLSearchParams({ key: desk.credentials.key, action: 'get_tickets', tid })
  for (let attempt = 1; ; attempt++) {
    try {
      const text = await (await fetch(`${desk.url}?${query}`)).text()
      return decodeURIComponent(/<subject>(.*?)<\/subject>/.exec(text)?.[1].replaceAll('+', ' ') ?? '')
    } catch (error) {
      if (attempt === 2) throw error
    }
  }
}

before(async () => (server = await start()))
after(() => server.stop())
beforeEach(async () => {
  world = await server.world({ seed: 7, clock: { mode: 'frozen', now: new Date('2026-03-02T10:00:00Z') } })
  desk = world.vendor('get_tickets')
})
afterEach(() => world.delete())

test('a new ticket is read, in spite of an answer that breaks off', async () => {
  const ticket = await desk.act('create', { fields: { subject: 'Printer on fire' } })
  await world.fault('cut', { vendor: 'get_tickets', settings: { after_bytes: 40 } })
  assert.equal(await subject(ticket.id), 'Printer on fire')
  await desk.verify({ operation: 'tickets.get', query: { tid: ticket.id }, count: 2 })
  await desk.verify({ method: 'GET', then: [{ status: 200, count: 1 }] })
  assert.deepEqual((await desk.journal({ actor: 'client' })).map((call) => call.faults.length), [1, 0])
})

test('what was not called is told with the nearest call', async () => {
  await subject('9')
  await assert.rejects(desk.verify({ query: { tid: '10' } }), (error) => {
    assert.equal(error.name, 'AssertionError')
    assert.match(error.message, /query\.tid must be "?10"?, got "?9"?/)
    assert.equal(error.verdict.nearest[0].call.operation, 'tickets.get')
    return true
  })
})

test('a call in the background is waited for', async () => {
  const reading = subject('9')
  await desk.waitFor({ operation: 'tickets.get', status: 200 }, { timeout: 30 })
  await reading
  await assert.rejects(desk.waitFor({ operation: 'tickets.get', count: 5 }, { timeout: 0.05 }), /^AssertionError.*after 0\.05 s: /s)
})

test('time passes when the test says so, and other people work', async () => {
  const begun = await world.clock.now()
  assert.equal((await world.clock.advance({ hours: 1, minutes: 5 })) - begun, 65 * 60_000)
  assert.equal((await world.clock.advance('90s')) - begun, 65 * 60_000 + 90_000)
  await world.clock.set(begun)
  await world.clock.run(60)
  await world.clock.freeze()
  const [first] = await desk.records({ most: 1 })
  await desk.act('change', { id: first.id, fields: { subject: 'Moved' } })
  await desk.act('act', { id: first.id, action: 'close' })
  assert.equal((await desk.act('read', { id: first.id })).fields.status, 'Closed')
  assert.equal((await desk.act('delete', { id: first.id })).exists, false)
})

test('answers of your own, credentials, dialects', async () => {
  await world.override({ vendor: 'get_tickets' }, { status: 503, body: 'later' })
  assert.equal((await fetch(desk.url)).status, 503)
  await world.override({ vendor: 'get_tickets' }, { status: 503 })
  assert.equal(await world.clearOverrides(), 2)
  const made = await desk.grant((await desk.granted())[0].tenant)
  assert.notEqual((await desk.revoke(made.id)).revoked, null)
  assert.ok((await desk.granted()).some((credential) => credential.id === made.id))
  await desk.dialect('json')
  await world.fault('latency', { settings: { seconds: 1 }, times: null })
  assert.equal(await world.clearFaults(), 1)
  assert.deepEqual(await world.findings(), [])
})

test('a world goes back to where it was', async () => {
  const [first] = await desk.records({ most: 1 })
  await world.checkpoint('before')
  await desk.act('delete', { id: first.id })
  await world.restore('before')
  assert.equal((await desk.act('read', { id: first.id })).exists, true)
  await world.reset()
  assert.deepEqual(await world.journal(), [])
  assert.equal((await (await server.existing(world.name)).clock.now()).getTime(), (await world.clock.now()).getTime())
})

test('a mistake is told with the field that is wrong', async () => {
  await assert.rejects(world.fault('explode'), (error) => {
    assert.ok(error instanceof MockServersError)
    assert.equal(error.status, 422)
    assert.equal(error.details[0].field, 'kind')
    return true
  })
  assert.throws(() => world.vendor('acme'), /expected one of/)
})
