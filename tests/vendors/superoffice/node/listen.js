// The vendor's own client, unmodified, asks to be called: it saves, finds, tries, changes and deletes a webhook, and Node listens.
// Reads one JSON object from its argument, and writes one.
const { createHmac } = require("node:crypto");
const { createServer } = require("node:http");
const { WebApi } = require("@superoffice/webapi");
const SECRET = "between the two of us";
const ACTIVE = 1; // the client's WebhookState

async function main() {
  const { url, user, secret } = JSON.parse(process.argv[2]);
  const calls = [];
  let arrived = () => {};
  const listener = createServer((request, answer) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts);
      const wanted = createHmac("sha256", SECRET).update(body).digest("base64");
      answer.end();
      calls.push({ signed: request.headers["x-superoffice-signature"] === wanted, ...JSON.parse(body) });
      arrived();
    });
  });
  await new Promise((ready) => listener.listen(0, "127.0.0.1", ready));
  const heard = async (count) => {
    while (calls.length < count) await new Promise((again) => (arrived = again));
  };

  const api = new WebApi({ baseUrl: url, languageCode: "en" });
  api.authenticateWithPassword(user, secret);
  const agent = api.getWebhookAgent();
  const tickets = api.getTicketAgent();
  const blank = await agent.createDefaultWebhookAsync();
  Object.assign(blank, {
    name: "node",
    events: ["ticket.created", "ticket.changed"],
    targetUrl: `http://127.0.0.1:${listener.address().port}/superoffice`,
    secret: SECRET,
    type: "webhook",
    state: ACTIVE,
  });
  const tried = await agent.testWebhookAsync(blank);
  const saved = await agent.saveWebhookAsync(blank);
  const listed = await agent.getAllWebhooksAsync("node", "", ACTIVE);
  const read = await agent.getWebhookAsync(saved.webhookId);
  const before = calls.length;

  const ticket = await tickets.createDefaultTicketEntityAsync();
  ticket.title = "Told of";
  const made = await tickets.saveTicketEntityAsync(ticket);
  await heard(before + 1);
  made.title = "Told of again";
  await tickets.saveTicketEntityAsync(made);
  await heard(before + 2);

  read.events = ["ticket.created"];
  const narrowed = await agent.saveWebhookAsync(read);
  const error = await agent.getLastErrorAsync(saved.webhookId);
  await agent.deleteWebhookAsync(saved.webhookId);
  const left = await agent.getAllWebhooksAsync("node", "", ACTIVE);
  listener.close();
  console.log(
    JSON.stringify({
      ticket: made.ticketId,
      tried: tried.success,
      listed: listed.map((each) => each.webhookId === saved.webhookId),
      read: [read.name, read.targetUrl === blank.targetUrl, read.state],
      events: calls.slice(0, before).map((call) => call.Event),
      told: calls.slice(before).map((call) => [call.Event, call.PrimaryKey, call.signed]),
      signed: calls.every((call) => call.signed),
      narrowed: narrowed.events,
      error,
      left: left.length,
    }),
  );
}

main().catch((error) => {
  console.error(error.response ? `${error.response.status} ${JSON.stringify(error.response.data)}` : error.stack);
  process.exit(1);
});
