"""A reader of ReadyDesk's get_tickets, done right: an example to copy, and the client that every duty must find correct.

mockservers check get_tickets --client contracts/get_tickets/clients/get_tickets_reader.py:Client
mockservers check get_tickets --client 'python contracts/get_tickets/clients/get_tickets_reader.py'
"""

import json
import sys
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote_plus
from zoneinfo import ZoneInfo

import requests

PAGE = 10

# These come URL-encoded in every format, XML and JSON included; the others come raw.
ENCODED = {
    "cid",
    "company_name",
    "contact",
    "phone",
    "email",
    "cc_addresses",
    "source",
    "category",
    "sub_category",
    "status",
    "priority",
    "escalation_level",
    "updated_by",
    "assigned_group_name",
    "customer_group_name",
    "subject",
    "summary",
}
DATES = {"date_opened", "date_closed", "due_date", "last_updated"}
NUMBERS = {"tid", "company_id", "assigned_group_id", "customer_group_id", "parent_ticket", "merged_to"}
MIRRORED = [
    "cid",
    "company_name",
    "contact",
    "cc_addresses",
    "date_opened",
    "date_closed",
    "status",
    "priority",
    "due_date",
    "opened_by",
    "last_updated",
    "updated_by",
    "assigned_tech",
    "assigned_group_name",
    "locked",
    "locked_by",
    "merged_to",
    "parent_ticket",
    "children_tickets",
    "custom_fields",
    "subject",
    "summary",
]


class Refused(Exception):
    """The server said no. It says so with status 200, in an answer that has no tickets."""

    kind = "refused"


class Unusable(Exception):
    """No whole, readable answer arrived. Its text never holds the address, because the key stands in there."""

    kind = "transport"


class Client:
    def hello(self, **_):
        return {
            "name": "get_tickets reader",
            "protocol": 1,
            "tasks": ["sync", "mirror"],
            "mirrors": MIRRORED,
            "options": ["format", "time_zone", "culture"],
        }

    def reset(self, endpoint, credentials, options, **_):
        self.endpoint, self.key = endpoint, credentials["key"]
        self.format = options["format"]
        self.zone = ZoneInfo(options["time_zone"])
        self.dates = "%d/%m/%Y %H:%M:%S" if options["culture"] == "day_first" else "%m/%d/%Y %I:%M:%S %p"
        self.http = requests.Session()
        self.http.trust_env = False  # no proxy and no .netrc of this machine comes between
        self.tickets = {}

    def sync(self):
        """Read everything again: nothing filters on last_updated, so there is no other way to see changes."""
        self.tickets = self.walk()  # only a walk that reached the end replaces what was known

    def walk(self):
        """All tickets, page by page, until a page is not full."""
        found, page = {}, 1
        while True:
            # Without an order the server promises none, and pages of a list without order can hide tickets.
            tickets = self.call(tid="*", count=PAGE, page=page, order="tid")
            if not tickets and self.format == "delimited" and self.count() > (page - 1) * PAGE:
                # In this format no tickets are an empty text, and so is an answer that lost its body.
                raise Unusable("an empty answer where there are tickets")
            found.update((ticket["tid"], ticket) for ticket in map(self.read, tickets))
            if len(tickets) < PAGE:
                return found
            page += 1

    def mirror(self):
        return {
            "records": [
                {"id": str(tid), "fields": {name: ticket.get(name) for name in MIRRORED}}
                for tid, ticket in self.tickets.items()
            ]
        }

    def bye(self):
        if hasattr(self, "http"):
            self.http.close()

    # --- one call ---

    def get(self, **variables):
        try:
            query = {"key": self.key, "action": "get_tickets", **variables}
            return self.http.get(self.endpoint, params=query, timeout=30)
        except requests.RequestException as error:
            raise Unusable(type(error).__name__) from None

    def call(self, **variables):
        """The raw tickets of one answer, each a list of name and text. An error is never an empty list."""
        answer = self.get(**variables)
        try:
            return self.tickets_in(answer.content.decode("utf-8"), answer)
        except (ValueError, KeyError, IndexError, TypeError, ElementTree.ParseError) as error:
            raise Unusable(f"status {answer.status_code}, {type(error).__name__}") from None

    def count(self):
        """How many tickets there are, in delimited text."""
        text = self.get(tid="*", count_only="Y").text
        if not text.startswith("count="):
            raise (
                Refused(unquote_plus(text.removeprefix("error=")))
                if text.startswith("error=")
                else Unusable("no count")
            )
        return int(text[6:])

    def tickets_in(self, text, answer):
        if self.format == "xml":
            root = ElementTree.fromstring(text)
            if root.tag != "tickets":
                raise Refused(unquote_plus("".join(root.itertext())))
            return [[(child.tag, self.custom(child) or child.text or "") for child in ticket] for ticket in root]
        if self.format == "json":
            # Pairs, because cid can come twice and a dictionary would keep the wrong one.
            root = dict(json.loads(text, object_pairs_hook=list))
            if "tickets" not in root:
                raise Refused(unquote_plus(str(root["response"][0][0][1])))
            return root["tickets"]
        if text.startswith("error="):
            raise Refused(unquote_plus(text[6:]))
        if answer.status_code != 200 or (text and not text.startswith("tid=")):
            raise ValueError("neither tickets nor an error")
        return [[part.split("=", 1) for part in line.split("&") if "=" in part] for line in text.split("\r\n") if line]

    # --- one ticket ---

    def custom(self, element):
        return [[(field.tag, field.text or "") for field in element]] if element.tag == "custom_fields" else None

    def read(self, pairs):
        """Names and values of one ticket as they are meant."""
        ticket = {}
        for name, text in pairs:
            if name == "custom_fields":
                if isinstance(text, str):  # delimited: the names alone, and each is a variable of its own
                    text = [[each for each in pairs if each[0] in text.split(",")]]
                ticket[name] = {unquote_plus(field): unquote_plus(value) for field, value in text[0]}
            elif name not in ticket:  # the first cid is the customer's id; the second stands where the copies belong
                ticket[name] = self.value(name, text)
        return ticket

    def value(self, name, text):
        if name in ENCODED:
            return unquote_plus(text)  # once, and only here
        if text == "":
            return None
        if name in NUMBERS:
            return int(text)
        if name in DATES:
            # No zone stands there: it is the server's local time.
            local = datetime.strptime(text, self.dates).replace(tzinfo=self.zone)
            return local.astimezone(UTC).isoformat()
        return text


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
