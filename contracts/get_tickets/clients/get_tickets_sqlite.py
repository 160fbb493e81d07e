"""A correct client of get_tickets with an SQLite file as its mirror: urllib alone, and patterns instead of parsers.

It goes through the numbers in blocks, keeps each ticket as the text that came, and decodes that when somebody asks. A run
writes beside what is known, and takes its place in one transaction; so a run that ends early has changed nothing.

mockservers check get_tickets --client contracts/get_tickets/clients/get_tickets_sqlite.py:Client
mockservers check get_tickets --client 'python contracts/get_tickets/clients/get_tickets_sqlite.py'
"""

import contextlib
import http.client
import json
import re
import sqlite3
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote_plus, urlencode
from xml.sax.saxutils import unescape
from zoneinfo import ZoneInfo

BLOCK = 20
TABLES = (
    "CREATE TABLE IF NOT EXISTS ticket (tid INTEGER PRIMARY KEY, told TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS fresh (tid INTEGER PRIMARY KEY, told TEXT NOT NULL)",
)
DATES = ["date_opened", "date_closed", "due_date", "last_updated"]
RAW = ["opened_by", "updater_type", "assigned_tech", "locked", "locked_by", "merged", "merged_to", *DATES]
RAW += ["company_id", "assigned_group_id", "customer_group_id", "parent_ticket", "children_tickets"]
RAW += ["linked_asset", "linked_calls", "linked_devices"]
CODED = ["cid", "company_name", "contact", "phone", "email", "cc_addresses", "source", "category", "sub_category"]
CODED += ["status", "priority", "escalation_level", "updated_by", "assigned_group_name", "customer_group_name"]
CODED += ["subject", "summary"]
ELEMENT = re.compile(r"<([^\s<>/!?]+)\s*(?:/>|>([^<]*)</\1\s*>)")
CUSTOM = re.compile(r"<custom_fields\s*(?:/>|>(.*?)</custom_fields\s*>)", re.DOTALL)
MARKS = {"&quot;": '"', "&apos;": "'"}
WEB = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Trouble(Exception):
    def __init__(self, kind, what):
        super().__init__(what)
        self.kind = kind


class Client:
    def hello(self, **_):
        told = {
            "mirrors": [*CODED, *RAW, "custom_fields"],
            "options": ["format", "time_zone", "culture", "restart", "kill"],
        }
        return {"name": "get_tickets in SQLite", "protocol": 1, "tasks": ["sync", "mirror"], **told}

    def reset(self, endpoint, credentials, options, state_dir, **_):
        self.endpoint, self.key, self.options = endpoint, credentials["key"], options
        self.zone, self.file = ZoneInfo(options["time_zone"]), Path(state_dir) / "tickets.sqlite"

    def open(self):
        db = sqlite3.connect(self.file)
        for table in TABLES:
            db.execute(table)
        return contextlib.closing(db)

    def sync(self):
        with self.open() as db:
            db.execute("DELETE FROM fresh")
            for told in self.all():
                db.execute("INSERT OR REPLACE INTO fresh VALUES (?, ?)", (int(told["tid"]), json.dumps(told)))
            db.execute("DELETE FROM ticket WHERE tid NOT IN (SELECT tid FROM fresh)")
            db.execute("INSERT OR REPLACE INTO ticket SELECT tid, told FROM fresh")
            db.commit()

    def all(self):
        """Every ticket as it was told: of a name that comes twice the first value, custom fields as an object."""
        lowest = 1
        while True:
            text = self.ask(start_tid=lowest, order="tid ASC", count=BLOCK)
            block = getattr(self, self.options["format"])(text)
            if not block and int(self.number(self.ask(start_tid=lowest, count_only="Y"))):
                raise Trouble("transport", "nothing was told where there is something")
            yield from block
            if not block:
                return
            lowest = max(int(told["tid"]) for told in block) + 1

    def mirror(self):
        with self.open() as db:
            rows = db.execute("SELECT tid, told FROM ticket ORDER BY tid").fetchall()
        return {"records": [{"id": str(tid), "fields": self.meant(json.loads(told))} for tid, told in rows]}

    def meant(self, told):
        fields = {name: unquote_plus(told.get(name, "")) for name in CODED}
        fields |= {name: told.get(name) or None for name in RAW}
        fields |= {name: self.instant(fields[name]) for name in DATES if fields[name]}
        custom = told["custom_fields"].items()
        return {**fields, "custom_fields": {unquote_plus(name): unquote_plus(value) for name, value in custom}}

    def instant(self, text):
        """Local time of the server, twelve hours with a half of the day or twenty-four without."""
        first, second, year, hour, minute, seconds = map(int, re.findall("[0-9]+", text))
        if text[-1] in "Mm":
            hour = hour % 12 + 12 * (text[-2] in "Pp")
        month, day = (second, first) if self.options["culture"] == "day_first" else (first, second)
        return datetime(year, month, day, hour, minute, seconds, tzinfo=self.zone).astimezone(UTC).isoformat()

    # --- the wire ---

    def ask(self, **variables):
        query = urlencode({"action": "get_tickets", **variables, "key": self.key})
        try:
            with WEB.open(f"{self.endpoint}?{query}", timeout=30) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            # A refusal may come with a status of its own; what else comes so says nothing.
            with error:
                raise Trouble("refused" if 400 <= error.code < 500 else "transport", f"status {error.code}") from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Trouble("transport", type(error).__name__) from None

    def number(self, text):
        found = re.search(r"\bcount\W+([0-9]+)", text)
        if found is None:
            raise Trouble("refused" if "error" in text[:60] else "transport", "no count")
        return found[1]

    def wrong(self, text):
        said = re.search(r"<error>([^<]*)|\"error\"\s*:\s*\"([^\"]*)|^error=(.*)", text)
        if said:
            raise Trouble("refused", unquote_plus("".join(filter(None, said.groups()))))
        raise Trouble("transport", "an answer without a list")

    def xml(self, text):
        if not re.search(r"<tickets\s*/>|</tickets\s*>\s*\Z", text):
            self.wrong(text)
        return [self.element(each) for each in re.findall(r"<ticket\s*>(.*?)</ticket\s*>", text, re.DOTALL)]

    def element(self, inside):
        custom = CUSTOM.search(inside)
        told = self.pairs(ELEMENT.findall(CUSTOM.sub("", inside)))
        return {**told, "custom_fields": self.pairs(ELEMENT.findall(custom[1] or "")) if custom else {}}

    def pairs(self, found):
        return {name: unescape(value, MARKS) for name, value in reversed(found)}  # the first of two stays

    def json(self, text):
        try:
            root = json.loads(text, object_pairs_hook=lambda pairs: dict(reversed(pairs)))
            return [{**each, "custom_fields": each["custom_fields"][0]} for each in root["tickets"]]
        except (ValueError, LookupError, TypeError):
            return self.wrong(text)

    def delimited(self, text):
        found = []
        for line in filter(None, text.split("\r\n")):
            if not line.startswith("tid="):
                self.wrong(text)
            told = dict(reversed([part.partition("=")[::2] for part in line.split("&")]))
            if "summary" not in told:
                raise Trouble("transport", "half a line")
            names = told["custom_fields"].split(",")
            found.append({**told, "custom_fields": {name: told[name] for name in names if name}})
        return found


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
