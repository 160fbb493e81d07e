"""A writer of SuperOffice's WebAPI, done right: reads as the reader does, and makes, changes and closes tickets.

mockservers check superoffice --client contracts/superoffice/clients/superoffice_writer.py:Client
mockservers check superoffice --client 'python contracts/superoffice/clients/superoffice_writer.py'
"""

import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import superoffice_reader as reader
from superoffice_reader import Refused, Unusable

# What the Ticket holds flat, the TicketEntity nests. An owner is an associate there, whose number is not the user's.
NESTED = {
    "Priority": ("Priority", "TicketPriorityId"),
    "Category": ("Category", "TicketCategoryId"),
    "TicketStatus": ("Status", "TicketStatusId"),
    "OwnedByAssociateId": ("OwnedBy", "AssociateId"),
    "CustId": ("Person", "PersonId"),
    "TicketTypeId": ("TicketType", "TicketTypeId"),
    "SaleId": ("Sale", "SaleId"),
    "ProjectId": ("Project", "ProjectId"),
}


class Client(reader.Client):
    def hello(self, **_):
        tasks = ["sync", "mirror", "create", "update", "note", "close"]
        return {**super().hello(), "name": "SuperOffice writer", "tasks": tasks}

    def reset(self, options, **rest):
        super().reset(options=options, **rest)
        self.reference = options["reference_field"]
        self.unsure = {}  # keys of what was sent and never answered, and the highest number known before

    # --- tasks ---

    def create(self, key, fields):
        """Make a ticket. The key stands in a custom field, so that it can be found again."""
        number = self.find_ticket(key) if key in self.unsure else None
        if number is None:
            entity = self.agent("CreateDefaultTicketEntity")
            entity["CustomFields"] = {**(entity.get("CustomFields") or {}), self.reference: key}
            number = self.save(key, "SaveTicketEntity", told(entity, fields))["TicketId"]
        self.look_again(number)
        return {"id": str(number)}

    def update(self, record, fields):
        """Change a ticket. Saving replaces all of it, so it is read first, just now, and sent back whole."""
        entity = self.agent(f"GetTicketEntity?ticketEntityId={record}")
        if entity is None:
            raise Refused(f"there is no ticket {record}")
        self.save(None, "SaveTicketEntity", told(entity, fields))
        self.look_again(int(record))

    def close(self, record):
        self.update(record, {"BaseStatus": "Closed"})

    def note(self, record, key, text, minutes=None):
        """Write down what was said, and the time it took. The key stands at the end, where it can be found again."""
        # Messages of a ticket that was merged are at the one that survives.
        record = self.agent("ResolveTicketId", {"TicketId": int(record)})
        if not record:
            raise Refused("the ticket is not there any more")
        mark = f"[{key}]"
        if key in self.unsure and self.find_message(record, mark):
            return
        entity = self.agent("CreateDefaultTicketMessageEntity")
        entity |= {"Ticket": {"TicketId": record}, "Slevel": "Internal", "Body": f"{text}\n\n{mark}"}
        entity |= {"TimeSpent": minutes or 0}
        self.save(key, "SaveTicketMessageEntity", entity)

    # --- what they share ---

    def agent(self, method, body=None):
        return self.call("POST", f"Agents/Ticket/{method}", json=body)

    def save(self, key, method, entity):
        """Send an entity. Whether one that had no answer was saved is not known."""
        try:
            saved = self.agent(method, entity)
        except Unusable:
            if key is not None:
                self.unsure.setdefault(key, max(self.tickets, default=0))
            raise
        self.unsure.pop(key, None)
        return saved

    def find_ticket(self, key):
        """The number of the ticket that was made with this key. Lists do not tell custom fields, entities do."""
        me = self.call("GET", "User/currentPrincipal")["EjUserId"]
        query = f"createdBy eq {me} and ticketId gt {self.unsure[key]}"
        for row in self.rows({"$select": "ticketId", "$filter": query, "$orderby": "ticketId"}):
            entity = self.agent(f"GetTicketEntity?ticketEntityId={row['ticketId']}")
            if entity and (entity.get("CustomFields") or {}).get(self.reference) == key:
                return entity["TicketId"]
        return None

    def find_message(self, record, mark):
        rows = self.call("GET", f"Ticket/{record}/Messages")["value"]
        numbers = {"TicketId": record, "MessageIds": [row["messageId"] for row in rows]}
        return any(each["Body"].endswith(mark) for each in self.agent("GetTicketMessageEntities", numbers))

    def look_again(self, number):
        """Mirror what was written; the next sync does so anyway."""
        with suppress(Refused, Unusable):
            for ticket in self.read([number]):
                self.keep(ticket)


def told(entity, fields):
    """The entity with told values. Null empties a property."""
    for name, value in fields.items():
        if name in NESTED:
            member, key = NESTED[name]
            entity[member] = {key: value} if value else None
        elif name in reader.DATES and value:
            entity[name] = datetime.fromisoformat(value).astimezone(UTC).isoformat()
        else:
            entity[name] = value
    return entity


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
