// A published client of the REST API, unmodified: tickets found, made and changed, with notes and a file; and how it is refused.
// Reads one JSON object from its argument, and writes one.
const { AutotaskRestApi } = require("@apigrate/autotask-restapi");

async function main() {
  const { url, user, secret, code, title } = JSON.parse(process.argv[2]);
  const api = new AutotaskRestApi(user, secret, code, { base_url: url });
  const everything = { filter: [{ op: "gte", field: "id", value: 0 }] };
  const counted = await api.Tickets.count(everything);
  const listed = await api.Tickets.query(everything);
  const fields = await api.Tickets.fieldInfo();
  const status = fields.fields.find((each) => each.name === "status");
  const label = (name) => Number(status.picklistValues.find((each) => each.label === name).value);

  const companyID = listed.items[0].companyID;
  const made = await api.Tickets.create({ companyID, title, status: label("New"), priority: 1, dueDateTime: "2026-03-05T17:30:00Z" });
  const id = made.itemId;
  await api.Tickets.update({ id, status: label("Complete") });
  const note = await api.TicketNotes.create(id, { title: "Heard", description: title, noteType: 1, publish: 1 });
  const notes = await api.TicketNotes.query({ filter: [{ op: "eq", field: "ticketID", value: id }] });
  const file = { title: "log.txt", fullPath: "log.txt", attachmentType: "FILE_ATTACHMENT", publish: 1 };
  const data = Buffer.from(title).toString("base64");
  const attached = await api.TicketAttachments.create(id, { ...file, data });
  const fetched = await api.TicketAttachments.get(id, attached.itemId);
  const charges = await api.TicketCharges.query({ filter: [{ op: "gte", field: "id", value: 0 }] });
  const company = await api.Companies.get(companyID);
  const ticket = await api.Tickets.get(id);
  const missing = await api.Tickets.get(987654);
  let refused = null;
  try {
    await api.Tickets.create({ title: "without a company", status: 1, priority: 1 });
  } catch (error) {
    refused = [error.status, error.details.errors];
  }
  const threshold = await api.ThresholdInformation.get("");
  console.log(
    JSON.stringify({
      counted: counted.queryCount,
      listed: listed.items.length,
      next: listed.pageDetails.nextPageUrl,
      id,
      title: ticket.item.title,
      status: ticket.item.status,
      complete: label("Complete"),
      priority: ticket.item.priority,
      note: [note.itemId, notes.items.map((each) => [each.id, each.description])],
      file: Buffer.from((fetched.items ?? [fetched.item])[0].data, "base64").toString(),
      charges: charges.items.length,
      company: company.item.id === companyID,
      missing: missing && missing.item,
      refused,
      threshold,
      zone: api.zoneInfo.url,
    }),
  );
}

main().catch((error) => {
  console.error(`${error.status ?? ""} ${JSON.stringify(error.details ?? {})} ${error.stack}`);
  process.exit(1);
});
