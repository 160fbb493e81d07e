// The vendor's own client, unmodified, around tickets: files brought and fetched, companies and people, lists.
// Reads one JSON object from its argument, and writes one.
const { WebApi, PersonRestApi } = require("@superoffice/webapi");
const AS_BASE64 = 1; // the client's ReturnBlobType

async function main() {
  const { url, user, secret } = JSON.parse(process.argv[2]);
  const api = new WebApi({ baseUrl: url, languageCode: "en" });
  api.authenticateWithPassword(user, secret);
  const agent = api.getTicketAgent();

  const ticket = await agent.createDefaultTicketEntityAsync();
  ticket.title = "With a file";
  const saved = await agent.saveTicketEntityAsync(ticket);
  const message = await agent.createDefaultTicketMessageEntityAsync();
  message.ticket = { ticketId: saved.ticketId };
  message.body = "See the file";
  const said = await agent.saveTicketMessageEntityAsync(message);
  const blank = await agent.createDefaultAttachmentEntityAsync();
  blank.name = "bytes.bin";
  const attachment = await agent.saveAttachmentEntityAsync(blank);
  const content = Uint8Array.from([...Array(256).keys()]).buffer;
  await agent.uploadAttachmentAsync(attachment.attachmentId, content);
  await agent.addAttachmentsAsync(said.ejMessageId, [attachment.attachmentId]);
  const listed = await agent.getTicketAttachmentsAsync(saved.ticketId);
  const bytes = await agent.getAttachmentStreamAsync(attachment.attachmentId);
  const text = await agent.getAttachmentStreamAsync(attachment.attachmentId, { returnBlobAs: AS_BASE64 });
  const info = await agent.getAttachmentInfoAsync(said.ejMessageId);

  const people = await api.getPersonAgent().getPersonListAsync([3, 1]);
  const person = await api.getPersonAgent().getPersonEntityAsync(3);
  const company = await api.getContactAgent().getContactAsync(2);
  const statuses = await api.getListAgent().getTicketStatusesAsync();
  const priorities = await api.getListAgent().getTicketPrioritiesAsync();
  const named = await api.getMDOAgent().getSimpleListAsync("ticketstatus");
  const rest = await new PersonRestApi(url, { auth: { username: user, password: secret } }).getByIdAsync(3);
  console.log(
    JSON.stringify({
      listed: listed.map((each) => [each.name, each.attSize, each.inlineImage]),
      info: info.length,
      bytes: Buffer.from(bytes).toString("hex"),
      text,
      people: people.map((each) => each.email),
      person: [person.fullName, person.emails[0].value, person.contact.name],
      company: company.name,
      statuses: statuses.map((each) => each.name),
      priorities: priorities.map((each) => each.value),
      named: named.map((each) => each.id),
      rest: rest.fullName,
    }),
  );
}

main().catch((error) => {
  console.error(error.response ? `${error.response.status} ${JSON.stringify(error.response.data)}` : error.stack);
  process.exit(1);
});
