// Glue: `serve(() => new Client())` makes a Node program (18 or later) speak JSON Lines: --client 'node sync.mjs'.
// The object's methods (hello, reset, sync, mirror ...) are named like the tasks, take what the message tells, and may be
// async. `now` and `sleep` are the virtual time. An error's `kind` may be 'refused' or 'transport'. Print by console.error.
import { createInterface } from 'node:readline'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const read = async () => JSON.parse((await lines.next()).value ?? '{"do": "bye"}')
const write = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)
const ask = async (question) => (write(question), (await read()).answer)

export const now = () => ask({ ask: 'now' })
export const sleep = (seconds) => ask({ ask: 'sleep', seconds })

export async function serve(make) {
  let client = make()
  for (;;) {
    const { id, do: task, ...told } = await read()
    if (task === 'reset') client = make()
    try {
      write({ id, ok: task === 'bye' ? null : ((await client[task](told)) ?? null) })
    } catch (error) {
      const kind = error.kind ?? (error.cause ? 'transport' : 'client') // fetch tells its reason in `cause`
      write({ id, error: { kind, message: error.message } })
    }
    if (task === 'bye') process.exit()
  }
}
