// npm soap: node soap_client.cjs querydata|autotask
const soap = require('soap')

const { env } = process
const say = (step, text) => console.log(`== ${step}\n${text}`)

async function querydata() {
  const client = await soap.createClientAsync(env.QUERYDATA_WSDL)
  say('description', JSON.stringify(client.describe()))
  const ask = async (json) => (await client.QueryDataAsync({ json }))[0].QueryDataResult
  say('login', await ask(env.QUERYDATA_SUMMARY))
  say('read', await ask(env.QUERYDATA_DETAILS))
  try {
    await ask(env.QUERYDATA_REFUSED)
  } catch (error) {
    say('fault', error.root.Envelope.Body.Fault.faultstring)
  }
}

async function autotask() {
  const client = await soap.createClientAsync(env.AUTOTASK_WSDL)
  say('description', Object.keys(client.describe().ATWS.ATWSSoap).join(' '))
  client.setSecurity(new soap.BasicAuthSecurity(env.AUTOTASK_USER, env.AUTOTASK_PASSWORD))
  const space = 'http://autotask.net/ATWS/v1_6/'
  client.addSoapHeader({ AutotaskIntegrations: { IntegrationCode: env.AUTOTASK_CODE } }, '', 'at', space)
  const [used] = await client.getThresholdAndUsageInfoAsync({})
  say('login', used.getThresholdAndUsageInfoResult.EntityReturnInfoResults.EntityReturnInfo[0].Message)
  const [found] = await client.queryAsync({ sXML: env.AUTOTASK_QUERY })
  say('read', text(found.queryResult.EntityResults.Entity[0].Title))

  const fields = {
    id: 0,
    AccountID: Number(env.AUTOTASK_ACCOUNT),
    DueDateTime: '2026-03-05T12:30:00',
    Priority: 1,
    Status: 1,
    Title: env.AUTOTASK_TITLE,
  }
  const tickets = (more) => ({
    Entities: { Entity: [{ attributes: { 'xsi:type': 'tns:Ticket' }, ...fields, ...more }] },
  })
  const [made] = await client.createAsync(tickets({}))
  const id = made.createResult.EntityReturnInfoResults.EntityReturnInfo[0].EntityId
  const [changed] = await client.updateAsync(tickets({ id, Status: 5 }))
  say('write', changed.updateResult.EntityReturnInfoResults.EntityReturnInfo[0].EntityId)
  try {
    await client.GetFieldInfoAsync({ psObjectType: 'Nothing' })
  } catch (error) {
    say('fault', error.root.Envelope.Body.Fault.faultstring)
  }
}

// A value whose element has attributes, as xsi:type is one, comes with them.
const text = (value) => value.$value ?? value

const tasks = { querydata, autotask }
tasks[process.argv[2]]().catch((error) => {
  console.error(error.message)
  process.exit(1)
})
