// npm strong-soap: node strong_soap.cjs querydata|autotask
const { promisify } = require('node:util')
const { soap, QName } = require('strong-soap')

const { env } = process
const say = (step, text) => console.log(`== ${step}\n${text}`)
const open = promisify((address, done) => soap.createClient(address, {}, done))
// Of SOAP 1.1, or of 1.2, which it speaks where a description has both.
const fault = ({ root }) => root.Envelope.Body.Fault.faultstring ?? root.Envelope.Body.Fault.Reason.Text.$value

async function querydata() {
  const client = await open(env.QUERYDATA_WSDL)
  say('description', Object.keys(client.describe().IRTHNetWOIntegration.IRTHNetWOIntegrationSoap).join(' '))
  const ask = async (json) => (await client.QueryData({ json })).result.QueryDataResult
  say('login', await ask(env.QUERYDATA_SUMMARY))
  say('read', await ask(env.QUERYDATA_DETAILS))
  try {
    await ask(env.QUERYDATA_REFUSED)
  } catch (error) {
    say('fault', fault(error))
  }
}

async function autotask() {
  const client = await open(env.AUTOTASK_WSDL)
  const space = 'http://autotask.net/ATWS/v1_6/'
  say('description', Object.keys(client.describe().ATWS.ATWSSoap).join(' '))
  client.setSecurity(new soap.BasicAuthSecurity(env.AUTOTASK_USER, env.AUTOTASK_PASSWORD))
  client.addSoapHeader({ IntegrationCode: env.AUTOTASK_CODE }, new QName(space, 'AutotaskIntegrations'))
  const used = (await client.getThresholdAndUsageInfo({})).result
  say('login', used.getThresholdAndUsageInfoResult.EntityReturnInfoResults.EntityReturnInfo[0].Message)
  const found = (await client.query({ sXML: env.AUTOTASK_QUERY })).result
  say('read', found.queryResult.EntityResults.Entity[0].Title.$value)

  const ticket = (id, status) => ({
    Entities: {
      Entity: [
        {
          $attributes: { $xsiType: `{${space}}Ticket` },
          id,
          AccountID: Number(env.AUTOTASK_ACCOUNT),
          DueDateTime: '2026-03-05T12:30:00',
          Priority: 1,
          Status: status,
          Title: env.AUTOTASK_TITLE,
        },
      ],
    },
  })
  const made = (await client.create(ticket(0, 1))).result
  const id = made.createResult.EntityReturnInfoResults.EntityReturnInfo[0].EntityId
  const changed = (await client.update(ticket(id, 5))).result
  say('write', changed.updateResult.EntityReturnInfoResults.EntityReturnInfo[0].EntityId)
  try {
    await client.GetFieldInfo({ psObjectType: 'Nothing' })
  } catch (error) {
    say('fault', fault(error))
  }
}

const tasks = { querydata, autotask }
tasks[process.argv[2]]().catch((error) => {
  console.error(error.message)
  process.exit(1)
})
