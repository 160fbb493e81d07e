// npm swagger-client: node swagger_client.cjs trackit|superoffice
const SwaggerClient = require('swagger-client')

const { env } = process
const say = (step, text) => console.log(`== ${step}\n${text}`)

// Operations are named by path and method; their ids are the description's own affair. A body is a parameter in
// Swagger 2.0, and a thing of its own in OpenAPI 3.
const caller = (client) => async (method, pathName, parameters = {}, body = undefined) => {
  const operation = client.spec.paths[pathName][method]
  const named = client.spec.swagger && operation.parameters.find((each) => each.in === 'body')
  const sent = named ? { parameters: { ...parameters, [named.name]: body } } : { parameters, requestBody: body }
  return (await client.execute({ pathName, method, ...sent, requestContentType: 'application/json' })).body
}

const refused = async (call) => {
  try {
    await call()
  } catch (error) {
    say('fault', `${error.status} ${error.response.text}`)
  }
}

async function trackit() {
  const { spec } = await SwaggerClient(env.TRACKIT_DESCRIPTION)
  say('description', Object.keys(spec.paths).join(' '))
  const [scheme] = Object.entries(spec.securityDefinitions ?? spec.components.securitySchemes)
  const tokens = scheme[1].tokenUrl ?? scheme[1].flows.password.tokenUrl
  const answer = await fetch(new URL(tokens, env.TRACKIT_DESCRIPTION), {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'password', username: env.TRACKIT_USER, password: env.TRACKIT_PASSWORD }),
  })
  const token = await answer.json()
  say('login', token.token_type)
  const ask = caller(
    await SwaggerClient(env.TRACKIT_DESCRIPTION, { authorizations: { [scheme[0]]: { token } } })
  )
  const ticket = await ask('get', '/tickets/{id}', { id: Number(env.TRACKIT_TICKET) })
  say('read', ticket.Tickets['22'].Value)
  const body = { Properties: { 7: env.TRACKIT_WRITTEN } }
  say('write', (await ask('post', '/tickets/{id}', { id: Number(env.TRACKIT_TICKET) }, body)).Tickets['1'].Value)
  const found = await ask('post', '/searches', {}, { Term: env.TRACKIT_TERM, PageSize: 20, PageNumber: 1, ResultFields: [1] })
  const id = found.Results[0]['1'].Value
  const page = { id, pageSize: 20, pageNumber: 1 }
  const [assigned] = (await ask('get', '/tickets/{id}/Assignments/{pageSize}/{pageNumber}', page)).Assignments
  const { Assignments } = await ask('get', '/assignments/{id}', { id: assigned['1'].Value })
  const [file] = (await ask('get', '/tickets/{id}/Attachments/{pageSize}/{pageNumber}', page)).TicketAttachments
  const { Attachment } = await ask('get', '/attachment/{attachmentId}', { attachmentId: file['1'].Value })
  say('around', JSON.stringify([id, Assignments['22'].Value, Attachment['5'].Value]))
  await refused(() => ask('get', '/tickets/{id}', { id: Number(env.TRACKIT_MISSING) }))
}

async function superoffice() {
  const login = { username: env.SUPEROFFICE_USER, password: env.SUPEROFFICE_PASSWORD }
  const client = await SwaggerClient(env.SUPEROFFICE_DESCRIPTION, { authorizations: { basic: login } })
  say('description', Object.keys(client.spec.paths).join(' '))
  const ask = caller(client)
  say('login', (await ask('get', '/api/v1/User/currentPrincipal')).UserName)
  const id = Number(env.SUPEROFFICE_TICKET)
  const ticket = await ask('get', '/api/v1/Ticket/{id}', { id })
  say('read', ticket.Title)
  const saved = await ask('put', '/api/v1/Ticket/{id}', { id }, { ...ticket, Title: env.SUPEROFFICE_WRITTEN })
  say('write', saved.TicketId)
  await refused(() => ask('get', '/api/v1/Ticket/{id}', { id: Number(env.SUPEROFFICE_MISSING) }))
}

const tasks = { trackit, superoffice }
tasks[process.argv[2]]().catch((error) => {
  console.error(`${error.message} ${error.response?.text ?? ''}`)
  process.exit(1)
})
