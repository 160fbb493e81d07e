"""A writer of ReadyDesk's tickets, done right: reads as the reader does, and makes, changes and closes tickets.

mockservers check get_tickets --client contracts/get_tickets/clients/get_tickets_writer.py:Client
mockservers check get_tickets --client 'python contracts/get_tickets/clients/get_tickets_writer.py'
"""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote_plus, urlencode
from xml.etree import ElementTree

import get_tickets_reader as reader
import requests
from get_tickets_reader import DATES, PAGE, Refused, Unusable

NAMES = {
    "company_name": "company",
    "date_opened": "open_date",
    "date_closed": "close_date",
    "assigned_tech": "assigned_to",
    "assigned_group_name": "assigned_group",
    "customer_group_name": "customer_group",
}
"""What is written under another name than it is read."""
WRITTEN = {
    *("cid", "company_name", "contact", "phone", "email", "cc_addresses", "source", "date_opened", "date_closed"),
    *("category", "sub_category", "status", "priority", "escalation_level", "due_date", "assigned_tech"),
    *("assigned_group_name", "customer_group_name", "subject", "summary"),
}
LONGEST_QUERY = 2000
ATTACK = re.compile(r"<[A-Za-z!/?]|&#")
"""What ASP.NET takes for an attack wherever it stands, and answers by a page of its own."""


class Client(reader.Client):
    def hello(self, **_):
        tasks = ["sync", "mirror", "create", "update", "close"]
        return {**super().hello(), "name": "get_tickets writer", "tasks": tasks}

    def reset(self, options, **rest):
        super().reset(options=options, **rest)
        self.reference = options["reference_field"]
        self.unsure = {}  # keys of what was sent and never answered: it may be there, above a number
        self.made = {}  # keys of tickets that are made, and their numbers

    # --- tasks ---

    def create(self, key, fields):
        """Make a ticket. The key stands in a field of the customer's own, so that it can be found again."""
        values = self.values(fields)
        if key in self.unsure:
            self.made[key] = self.mine(key)
        if self.made.get(key) is None:
            self.unsure.setdefault(key, max(self.tickets, default=0))
            self.made[key] = self.write("add_ticket", key=key, values={**values, self.reference.lower(): key})
        self.unsure.pop(key, None)
        self.checked(self.made[key], fields)
        return {"id": str(self.made[key])}

    def update(self, record, fields):
        """Change what is told and nothing else. The customer must be sent too: the one that the ticket has now."""
        values = self.values(fields)
        before = self.look(record)
        if before is None:
            raise Refused("there is no such ticket")
        try:
            self.write("update_ticket", values={"tid": record, "cid": before["cid"], **values})
        except Unusable:
            after = self.look_after(record)
            if after is None or self.lost(after, fields):
                raise
            return
        self.checked(record, fields)

    def close(self, record):
        self.update(record, {"status": "Closed"})

    # --- what they share ---

    def values(self, fields):
        """Variables of a write by their own names, times in the server's notation; refuses what it cannot carry."""
        unknown = [name for name in fields if name not in WRITTEN]
        if unknown:
            raise Refused(f"nobody can write {', '.join(unknown)}")
        if any(ATTACK.search(value or "") for value in fields.values()):
            raise Refused("the server takes such a text for an attack")
        return {NAMES.get(name, name): self.text(name, value) for name, value in fields.items()}

    def text(self, name, value):
        if name not in DATES or not value:
            return value or ""
        local = datetime.fromisoformat(value).astimezone(self.zone)
        return local.strftime("%d/%m/%Y %H:%M:%S" if "%d/%m" in self.dates else "%m/%d/%Y %H:%M:%S")

    def write(self, action, values, key=None):
        """The number of what was written. Whether a write that had no answer was done is not known."""
        head = {"key": self.key, "action": action}
        long = len(urlencode({**head, **values})) > LONGEST_QUERY
        try:
            # The key stays in the address, where it belongs; what an address cannot hold goes into a form.
            query, form = (head, values) if long else ({**head, **values}, None)
            answer = self.http.request("POST" if long else "GET", self.endpoint, params=query, data=form, timeout=30)
        except requests.RequestException as error:
            raise Unusable(type(error).__name__) from None
        name, told = self.response(answer)
        if name == "error":
            self.unsure.pop(key, None)  # it was not done, and that is certain
            raise Refused(told)
        if name not in ("added_ticket", "updated_ticket"):
            raise Unusable(f"status {answer.status_code}, and no number")
        return int(told)

    def response(self, answer):
        """The one value in the wrapper of an answer, and its name."""
        text = answer.content.decode("utf-8", "replace")
        try:
            if self.format == "xml":
                root = ElementTree.fromstring(text)
                return root[0].tag, unquote_plus(root[0].text or "")
            if self.format == "json":
                ((name, told),) = answer.json()["response"][0].items()
                return name, unquote_plus(told)
            name, told = text.split("=", 1)
            return name, unquote_plus(told)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, ElementTree.ParseError) as error:
            raise Unusable(f"status {answer.status_code}, {type(error).__name__}") from None

    def look(self, tid):
        """The ticket as it is now, or None."""
        tickets = self.call(tid=tid)
        if not tickets and self.format == "delimited" and self.counted(tid=tid):
            raise Unusable("an empty answer where there is a ticket")
        return self.read(tickets[0]) if tickets else None

    def look_after(self, tid):
        """The ticket after a write. That nobody may look now says nothing of what was done."""
        try:
            return self.look(tid)
        except Refused as error:
            raise Unusable(f"the write cannot be looked at: {error}") from None

    def counted(self, **variables):
        name, told = self.response(self.get(**variables, count_only="Y"))
        if name != "count":
            raise Refused(told)
        return int(told)

    def mine(self, key):
        """The number of the ticket that was made under a key, or None."""
        first, page = self.unsure[key] + 1, 1
        while True:
            asked = {"tid": "*", "start_tid": first}
            tickets = self.call(**asked, count=PAGE, page=page, order="tid")
            if not tickets and self.format == "delimited" and self.counted(**asked) > (page - 1) * PAGE:
                raise Unusable("an empty answer where there are tickets")
            for ticket in map(self.read, tickets):
                if ticket["custom_fields"].get(self.reference) == key:
                    return ticket["tid"]
            if len(tickets) < PAGE:
                return None
            page += 1

    def checked(self, tid, fields):
        """See that all was taken: what the server has no variable for, or takes for nothing, it passes over."""
        ticket = self.look_after(tid)
        lost = [] if ticket is None else self.lost(ticket, fields)
        if lost:
            raise Refused(f"the server took everything but {', '.join(lost)}")

    def lost(self, ticket, fields):
        return [name for name, value in fields.items() if not self.same(name, ticket.get(name), value)]

    def same(self, name, found, wanted):
        if name in DATES and found and wanted:
            walls = (datetime.fromisoformat(each).astimezone(UTC).astimezone(self.zone) for each in (found, wanted))
            return len({wall.replace(tzinfo=None, fold=0) for wall in walls}) == 1
        return (found or "") == (wanted or "")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
