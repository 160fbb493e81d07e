"""A writer of SuperOffice with a queue: what it is told to write stands in a file first, and is written in its order.

What found no answer waits, and is tried again before anything later is written, at the next sync at the latest; the file knows
what is done, so that nothing is done twice. Tickets are read and replaced at REST addresses, on the condition that nobody else
changed them meanwhile. It reads as the nightly reader does.

mockservers check superoffice --client contracts/superoffice/clients/superoffice_queue.py:Client
mockservers check superoffice --client 'python contracts/superoffice/clients/superoffice_queue.py'
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import superoffice_nightly as nightly

QUEUE = """
CREATE TABLE IF NOT EXISTS job (id INTEGER PRIMARY KEY, key UNIQUE, task, told, since, sent DEFAULT 0, done, refused);
"""
# Where a TicketEntity keeps what it is told.
MEMBERS = {
    "Priority": ("Priority", "TicketPriorityId"),
    "Category": ("Category", "TicketCategoryId"),
    "TicketStatus": ("Status", "TicketStatusId"),
    "OwnedByAssociateId": ("OwnedBy", "AssociateId"),
    "CustId": ("Person", "PersonId"),
}


class Client(nightly.Client):
    def hello(self, **_):
        tasks = ["sync", "mirror", "create", "update", "note", "close"]
        return {**super().hello(), "name": "SuperOffice with a queue", "tasks": tasks}

    def reset(self, options, **told):
        super().reset(**told)
        self.base.executescript(QUEUE)
        self.reference = options["reference_field"]

    def sync(self):
        self.work()
        super().sync()

    # --- tasks: each is put down, and then done if the vendor can be reached ---

    def create(self, key, fields):
        return {"id": str(self.put(key, "create", fields=fields))}

    def update(self, record, fields):
        self.put(None, "update", record=record, fields=fields)

    def close(self, record):
        self.put(None, "update", record=record, fields={"BaseStatus": "Closed"})

    def note(self, key, record, text, minutes=None):
        self.put(key, "note", record=record, text=text, minutes=minutes or 0)

    def put(self, key, task, **told):
        with self.base:
            self.base.execute(
                "INSERT OR IGNORE INTO job (key, task, told, since) VALUES (?, ?, ?, ?)",
                (key, task, json.dumps(told), self.ask.now()),
            )
        last = "SELECT * FROM job WHERE key = ? OR (? IS NULL AND id = (SELECT max(id) FROM job))"
        number = self.base.execute(last, (key, key)).fetchone()["id"]
        self.work()
        job = self.base.execute("SELECT * FROM job WHERE id = ?", (number,)).fetchone()
        if job["refused"]:
            raise nightly.Refused(job["refused"])
        return job["done"]

    def work(self):
        """Do what waits, in its order. The first that finds no answer holds up the others: a later one may hang on it."""
        for job in self.base.execute("SELECT * FROM job WHERE done IS NULL AND refused IS NULL ORDER BY id").fetchall():
            done, refused = None, None
            try:
                done = getattr(self, f"do_{job['task']}")(job, **json.loads(job["told"]))
            except nightly.Refused as error:
                refused = str(error)
            with self.base:
                self.base.execute("UPDATE job SET done = ?, refused = ? WHERE id = ?", (done, refused, job["id"]))

    # --- what is done ---

    def do_create(self, job, fields):
        known = self.made(job) if job["sent"] else None
        if known:
            return known
        entity = self.call("GET", "Ticket/default")
        entity["CustomFields"] = {**(entity.get("CustomFields") or {}), self.reference: job["key"]}
        return self.save(job, "POST", "Ticket", filled(entity, fields))["TicketId"]

    def made(self, job):
        """The ticket that was made though no answer came. Of mine since then; lists do not tell the field with the key."""
        me = self.call("GET", "User/currentPrincipal")["EjUserId"]
        since = f"{job['since'][:16]}:00Z"
        query = {"$select": "ticketId", "$filter": f"createdBy eq {me} and createdAt ge '{since}'", "$top": 1000}
        for row in self.call("GET", f"Ticket?{urlencode(query)}")["value"]:
            entity = self.entity(row["ticketId"])
            if entity and (entity.get("CustomFields") or {}).get(self.reference) == job["key"]:
                return entity["TicketId"]
        return None

    def entity(self, record):
        return self.call("POST", f"Agents/Ticket/GetTicketEntity?ticketEntityId={record}")

    def do_update(self, job, record, fields):
        for _ in range(3):  # whoever came between is read anew
            entity = self.call("GET", f"Ticket/{record}")
            seen = [("If-Unmodified-Since", self.modified)] if self.modified else []
            try:
                self.save(job, "PUT", f"Ticket/{record}", filled(entity, fields), seen)
            except Outdated:
                continue
            return record
        raise nightly.Refused("others change the ticket all the time")

    def do_note(self, job, record, text, minutes):
        record = self.call("POST", "Agents/Ticket/ResolveTicketId", json.dumps({"TicketId": int(record)}))
        if not record:
            raise nightly.Refused("the ticket is not there")
        mark = f"(ref {job['key']})"
        if job["sent"] and self.said(record, mark):
            return record
        entity = self.call("POST", "Agents/Ticket/CreateDefaultTicketMessageEntity")
        entity |= {
            "Ticket": {"TicketId": record},
            "Slevel": "Internal",
            "TimeSpent": minutes,
            "Body": f"{text}\n{mark}",
        }
        self.save(job, "POST", "Agents/Ticket/SaveTicketMessageEntity", entity)
        return record

    def said(self, record, mark):
        rows = self.call("GET", f"Ticket/{record}/Messages")["value"]
        asked = {"TicketId": record, "MessageIds": [row["messageId"] for row in rows]}
        found = self.call("POST", "Agents/Ticket/GetTicketMessageEntities", json.dumps(asked))
        return any(each["Body"].endswith(mark) for each in found)

    def save(self, job, verb, path, entity, headers=()):
        """Send an entity. That it was sent is put down first: without an answer nobody knows whether it was saved."""
        with self.base:
            self.base.execute("UPDATE job SET sent = 1 WHERE id = ?", (job["id"],))
        return self.call(verb, path, json.dumps(entity), headers)

    # --- calls ---

    def read(self, status, content):
        if status == 412:
            raise Outdated
        if status == 429:
            raise nightly.Broken("later")
        return super().read(status, content)

    def renew(self):
        """Who is not let in learns nothing about what waits, so it goes on waiting."""
        try:
            super().renew()
        except nightly.Refused as error:
            raise nightly.Broken(str(error)) from None


class Outdated(Exception):
    """Somebody else changed the ticket since it was read."""

    kind = "refused"


def filled(entity, fields):
    """The whole entity with what is told; a reference is an object there, or null."""
    for name, value in fields.items():
        if name in MEMBERS:
            member, key = MEMBERS[name]
            entity[member] = {key: value} if value else None
        elif name in nightly.DATES and value:
            entity[name] = datetime.fromisoformat(value).astimezone(UTC).isoformat()
        else:
            entity[name] = value
    return entity


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
