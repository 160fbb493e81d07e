"""A correct client of get_tickets that asks for four pages at once, each over a connection of its own.

It asks how many tickets there are, fetches the pages in rounds of four, and one round more where the last page was full.
Rows may move between pages while they are fetched, so it counts again: what does not add up is fetched once more, and what
moves even then is found by the next run.

mockservers check get_tickets --client contracts/get_tickets/clients/get_tickets_parallel.py:Client
mockservers check get_tickets --client 'python contracts/get_tickets/clients/get_tickets_parallel.py'
"""

import http.client
import json
import sys
import xml.sax
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote_plus, urlsplit
from zoneinfo import ZoneInfo

WORKERS, SIZE = 4, 15
TRIES = 2
PLAIN = ["opened_by", "updater_type", "assigned_tech", "locked", "locked_by", "merged", "children_tickets"]
PLAIN += ["linked_asset", "linked_calls", "linked_devices"]
TIMES = ["date_opened", "date_closed", "due_date", "last_updated"]
COUNTED = ["company_id", "assigned_group_id", "customer_group_id", "merged_to", "parent_ticket"]
NAMED = ["cid", "company_name", "contact", "phone", "email", "cc_addresses", "source", "category", "sub_category"]
NAMED += ["status", "priority", "escalation_level", "updated_by", "assigned_group_name", "customer_group_name"]
NAMED += ["subject", "summary"]


class Said(Exception):
    """What kept a run from its end: `refused` with the server's words, `transport` where nothing whole arrived."""

    def __init__(self, kind, words):
        super().__init__(words)
        self.kind = kind


class Sheet(xml.sax.ContentHandler):
    """Hears an answer: `root`, and the pairs of each ticket, custom fields as pairs of their own."""

    def __init__(self):
        super().__init__()
        self.path, self.text, self.tickets, self.root, self.words = [], "", [], "", {}

    def startElement(self, name, attrs):  # noqa: N802 - the parser's name
        self.path.append(name)
        self.text = ""
        if len(self.path) == 1:
            self.root = name
        if self.path == ["tickets", "ticket"]:
            self.tickets.append({"custom_fields": {}})

    def characters(self, content):
        self.text += content

    def endElement(self, name):  # noqa: N802
        if self.root == "response":
            self.words[name] = unquote_plus(self.text)
        elif len(self.path) == 3 and name != "custom_fields":
            self.tickets[-1].setdefault(name, self.text)
        elif len(self.path) == 4:
            self.tickets[-1]["custom_fields"][name] = self.text
        self.path.pop()
        self.text = ""


class Client:
    def hello(self, **_):
        return {
            "name": "get_tickets by four at once",
            "protocol": 1,
            "tasks": ["sync", "mirror"],
            "mirrors": [*NAMED, *PLAIN, *TIMES, *COUNTED, "custom_fields"],
            "options": ["format", "time_zone", "culture"],
        }

    def reset(self, endpoint, credentials, options, **_):
        self.address, self.key, self.options = urlsplit(endpoint), credentials["key"], options
        self.held = {}

    def mirror(self):
        return {"records": [{"id": number, "fields": fields} for number, fields in self.held.items()]}

    def sync(self):
        for _ in range(TRIES):
            count, found = self.count(), {}
            with ThreadPoolExecutor(WORKERS) as pool:
                page, last = 1, False
                while not last:
                    # A round is awaited whole before the next, so that a refusal ends the run and not only its page.
                    pages = list(pool.map(self.page, range(page, page + self.width(count, page))))
                    if any(not tickets and SIZE * (page + n - 1) < count for n, tickets in enumerate(pages)):
                        raise Said("transport", "an empty page among those that were counted")
                    found.update((each["tid"], each) for tickets in pages for each in tickets)
                    last, page = len(pages[-1]) < SIZE, page + len(pages)
            if len(found) == self.count():
                break
        self.held = {number: self.meant(each) for number, each in found.items()}

    def width(self, count, page):
        """How many pages go at once: no more than are thought to be left, and one where that is not known."""
        return max(1, min(WORKERS, -(-count // SIZE) - page + 1))

    def count(self):
        kind, words = self.call({"tid": "*", "count_only": "Y"})
        if kind != "count":
            raise Said("transport", "no count")
        return int(words)

    def page(self, number):
        kind, tickets = self.call({"tid": "*", "order": "tid", "count": SIZE, "page": number})
        if kind != "tickets":
            raise Said("transport", "no tickets")
        return tickets

    # --- a call, in whichever worker ---

    def call(self, variables):
        query = "&".join(f"{name}={quote(str(value), safe='*')}" for name, value in variables.items())
        line = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=30)
        try:
            line.request("GET", f"{self.address.path}?key={quote(self.key, safe='')}&action=get_tickets&{query}")
            answer = line.getresponse()
            status, text = answer.status, answer.read().decode()
        except (http.client.HTTPException, OSError, ValueError) as error:
            raise Said("transport", type(error).__name__) from None
        finally:
            line.close()
        try:
            kind, said = getattr(self, f"from_{self.options['format']}")(text)
        except (xml.sax.SAXException, ValueError, LookupError, TypeError) as error:
            raise Said("transport", f"status {status}, {type(error).__name__}") from None
        if kind == "error":
            raise Said("refused", said)
        return kind, said

    def from_xml(self, text):
        sheet = Sheet()
        xml.sax.parseString(text.encode(), sheet)
        return ("tickets", sheet.tickets) if sheet.root == "tickets" else self.word(sheet.words)

    def from_json(self, text):
        root = json.loads(text, object_pairs_hook=first)
        if "tickets" not in root:
            return self.word({name: unquote_plus(value) for name, value in root["response"][0].items()})
        return "tickets", [{**each, "custom_fields": each["custom_fields"][0]} for each in root["tickets"]]

    def from_delimited(self, text):
        lines = [first(part.split("=", 1) for part in line.split("&")) for line in text.split("\r\n") if line]
        if lines and "tid" not in lines[0]:
            return self.word({name: unquote_plus(value) for name, value in lines[0].items()})
        for line in lines:
            listed = [name for name in line["custom_fields"].split(",") if name]
            line["custom_fields"] = {unquote_plus(name): line[name] for name in listed}
        return "tickets", lines

    def word(self, words):
        return next(((name, words[name]) for name in ("error", "count") if name in words), ("nothing", ""))

    # --- a ticket ---

    def meant(self, told):
        made = {name: unquote_plus(told.get(name, "")) for name in NAMED}
        made |= {name: told.get(name, "") for name in PLAIN}
        made |= {name: int(told[name]) if told.get(name) else None for name in COUNTED}
        made |= {name: self.time(told.get(name)) for name in TIMES}
        return {**made, "custom_fields": {name: unquote_plus(text) for name, text in told["custom_fields"].items()}}

    def time(self, text):
        if not text:
            return None
        notation = "%d/%m/%Y %H:%M:%S" if self.options["culture"] == "day_first" else "%m/%d/%Y %I:%M:%S %p"
        there = datetime.strptime(text, notation).replace(tzinfo=ZoneInfo(self.options["time_zone"]))
        return there.astimezone(UTC).isoformat()


def first(pairs):
    """Names and values; of a name that comes twice the first is meant."""
    made = {}
    for name, value in pairs:
        made.setdefault(name, value)
    return made


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
