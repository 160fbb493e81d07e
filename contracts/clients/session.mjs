// Glue: `serve(Client)` (or `serve(() => new Client())`) makes a Node program (18 or later) speak JSON Lines: --client 'node x.mjs'.
// The object's methods are named like the tasks (reset, sync, mirror ...), take what the message tells, and may be async; `hello`
// and `bye` are optional, `mirror` may be a list. `now` and `sleep` are the virtual time. An error's `kind` may be 'refused' or
// 'transport'. What is printed goes to stderr, except a child's with stdio 'inherit'.
import { createInterface } from 'node:readline'

const TASKS = ['sync', 'mirror', 'create', 'update', 'note', 'close']
const tell = process.stdout.write.bind(process.stdout)
process.stdout.write = process.stderr.write.bind(process.stderr) // stdout is the protocol's alone
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const read = async () => JSON.parse((await lines.next()).value ?? '{"do": "bye"}')
const write = (message) => tell(`${JSON.stringify(message)}\n`)
const ask = async (question) => (write(question), (await read()).answer)
const has = (client, task) => typeof client[task] === 'function'

export const now = () => ask({ ask: 'now' })
export const sleep = (seconds) => ask({ ask: 'sleep', seconds })

export async function serve(made) {
  if (typeof made !== 'function')
    throw new TypeError('serve takes what makes a client: serve(Client), not serve(new Client())')
  const make = /^class\b/.test(Function.prototype.toString.call(made)) ? () => new made() : made
  let client = await make()
  for (;;) {
    const { id, do: task, ...told } = await read()
    try {
      if (task === 'reset') (await client.bye?.(), (client = await make()))
      if (!has(client, task) && !['hello', 'bye'].includes(task))
        throw new TypeError(`the client has no method '${task}'; methods are named like the tasks of the protocol`)
      let ok = has(client, task) ? ((await client[task](told)) ?? null) : null
      if (task === 'hello' && typeof ok === 'object') ok = { ...ok, tasks: ok?.tasks ?? TASKS.filter((name) => has(client, name)) }
      write({ id, ok: task === 'mirror' && Array.isArray(ok) ? { records: ok } : ok })
    } catch (error) {
      const own = error?.cause || error?.syscall ? 'transport' : 'client' // fetch tells its reason in `cause`
      const kind = ['refused', 'transport', 'client'].includes(error?.kind) ? error.kind : own
      write({ id, error: { kind, message: error instanceof Error ? `${error.name}: ${error.message}` : `${error}` } })
    }
    if (task === 'bye') process.exit()
  }
}
