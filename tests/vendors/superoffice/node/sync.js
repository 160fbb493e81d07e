// The vendor's own client, unmodified, against the emulator: log in, list what has changed, read it, change one ticket.
// Reads one JSON object from its argument, and writes one.
const { WebApi } = require("@superoffice/webapi");
const axios = require("axios");

async function main() {
  const { url, way, secret, user, since, options } = JSON.parse(process.argv[2]);
  const api = new WebApi({ baseUrl: url, ...options });
  if (way === "password") api.authenticateWithPassword(user, secret);
  if (way === "ticket") api.authenticateWithTicket(secret);
  if (way === "token") api.authenticateWithToken(secret);
  const agent = api.getTicketAgent();

  // The client has no archive of tickets, so the list comes over the same axios with the same login.
  const list = await axios.get(`${url}/api/v1/Ticket`, {
    ...agent._options.axiosConfig,
    params: { $select: "ticketId,lastChanged", $filter: `lastChanged afterTime '${since}'`, $orderby: "ticketId" },
  });
  const ids = list.data.value.map((row) => Number(row.PrimaryKey));
  const tickets = await agent.getTicketsAsync(ids);
  const reversed = await agent.getTicketsAsync([...ids].reverse());
  const one = await agent.getTicketAsync(ids[0]);
  const missing = await agent.getTicketAsync(77777);
  const entity = await agent.getTicketEntityAsync(ids[0]);
  const blank = await agent.createDefaultTicketEntityAsync();
  blank.title = `Made by ${way}`;
  const saved = await agent.saveTicketEntityAsync(blank);
  const deleted = await agent.setDeletedStatusByIdsAsync([saved.ticketId]);
  const resolved = await agent.resolveTicketIdAsync(48);
  const summaries = await agent.getTicketSummariesAsync(ids);
  console.log(
    JSON.stringify({
      ids,
      tickets,
      reversed: reversed.map((each) => each.ticketId),
      one: one.title,
      missing,
      entity: entity.ticketId,
      saved: { ticketId: saved.ticketId, title: saved.title, baseStatus: saved.baseStatus },
      deleted,
      resolved,
      summaries: summaries.map((each) => each.ticketId),
    }),
  );
}

main().catch((error) => {
  console.error(error.response ? `${error.response.status} ${JSON.stringify(error.response.data)}` : error.stack);
  process.exit(1);
});
