"""A correct client of Track-It! that keeps its copy in SQLite, and finds it there when it is started again.

Between two thorough runs it looks at new numbers and at tickets that are not closed; a thorough run looks at all. It
writes what is other than it knew, each ticket in a transaction with its notes. It speaks HTTP over one connection a run,
by http.client, and takes a new token a while before the old one ends.

mockservers check trackit --client contracts/trackit/clients/trackit_ledger.py:Client
mockservers check trackit --client 'python contracts/trackit/clients/trackit_ledger.py'
"""

import contextlib
import http.client
import json
import sqlite3
import sys
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote_plus, urlsplit

THOROUGH = timedelta(minutes=5)
SHARE = 0.9  # of a token's life; then another one is asked for
MIRRORED = [
    "2",
    "4",
    "7",
    "10",
    "18",
    "19",
    "22",
    "36",
    "65",
    "72",
    "82",
    "84",
    "95",
    "96",
    "97",
    "100",
    "102",
    "132",
    "149",
    "175",
]
CLOSED = "18"
TABLES = """
create table if not exists ticket (number integer primary key, fields text not null);
create table if not exists note (number integer primary key, ticket integer not null, fields text not null);
create index if not exists note_ticket on note (ticket);
create table if not exists run (kind text primary key, at text not null);
"""


class Refused(Exception):
    kind = "refused"

    def __init__(self, status):
        super().__init__(f"status {status}")
        self.status = status


class Interrupted(Exception):
    kind = "transport"


class Client:
    def __init__(self, ask):
        self.ask = ask

    def hello(self, **_):
        mirrors = [*MIRRORED, "notes"]
        return {
            "name": "Track-It! ledger",
            "tasks": ["sync", "mirror"],
            "mirrors": mirrors,
            "options": ["restart", "kill"],
        }

    def reset(self, endpoint, credentials, options, state_dir, **_):
        self.base, self.login, self.options = urlsplit(endpoint), credentials, options
        self.file = Path(state_dir) / "ledger.sqlite"
        self.token, self.until = None, None
        with self.ledger() as db:
            db.executescript(TABLES)

    @contextlib.contextmanager
    def ledger(self):
        """The database, for as long as a task takes; what is not finished is undone."""
        with contextlib.closing(sqlite3.connect(self.file)) as db, db:
            yield db

    def mirror(self):
        with self.ledger() as db:
            notes = {}
            for ticket, fields in db.execute("select ticket, fields from note order by number"):
                notes.setdefault(ticket, []).append(json.loads(fields))
            return [
                {"id": number, "fields": {**json.loads(fields), "notes": notes.get(number, [])}}
                for number, fields in db.execute("select number, fields from ticket order by number")
            ]

    def sync(self):
        with contextlib.closing(sqlite3.connect(self.file)) as self.db, contextlib.closing(self.connection()) as web:
            last = self.known("select at from run where kind = 'thorough'")
            thorough = not last or self.now() - datetime.fromisoformat(last[0]) >= THOROUGH
            about = "select number from ticket" + ("" if thorough else f" where fields ->> '$.\"{CLOSED}\"' is null")
            begun = self.now()
            self.new_ones(web)
            for number in self.known(about):
                self.take(web, number)
            if thorough:
                self.fill_gaps(web)
                with self.db:
                    self.db.execute("replace into run values ('thorough', ?)", [begun.isoformat()])

    def known(self, query):
        return [row[0] for row in self.db.execute(query)]

    def new_ones(self, web):
        """Numbers above the highest, until more of them are missing in a row than were ever deleted."""
        number = max(self.known("select number from ticket"), default=self.options["first_id"] - 1)
        missing = 0
        while missing <= self.options["longest_gap"]:
            number += 1
            missing = 0 if self.take(web, number) else missing + 1

    def fill_gaps(self, web):
        """A number below may have been hidden from us, and is not any more."""
        there = set(self.known("select number from ticket"))
        for number in range(self.options["first_id"], max(there, default=0)):
            if number not in there:
                self.take(web, number)

    def take(self, web, number):
        """Write down one ticket with its notes, or that there is none. Whether there is one."""
        try:
            answer = self.get(web, f"tickets/{number}")
            listed = self.get(web, f"tickets/{number}/notes/0/0?SystemNote=False")["TicketNotes"]
        except KeyError:
            raise Interrupted("an answer without notes") from None
        except Refused as refused:
            if refused.status == self.options["unknown_status"]:
                self.keep(number, None, {})
            elif refused.status != 403:
                raise
            return False
        record = answer.get("Tickets", answer.get("Ticket"))
        if record is None:
            raise Interrupted("an answer without a ticket")
        notes = [row(note, ["1", "5", "7", "10", "27"]) for note in listed]
        self.keep(number, json.dumps(row(record, MIRRORED)), {note["1"]: json.dumps(note) for note in notes})
        return True

    def keep(self, number, fields, notes):
        """Put a ticket and its notes, by their numbers, into the place of what was known of it; no fields: there is none."""
        known = self.db.execute("select fields from ticket where number = ?", [number]).fetchone()
        listed = self.db.execute("select number, fields from note where ticket = ?", [number])
        # Most tickets are as they were, and a transaction that writes waits for the disk.
        if known == (None if fields is None else (fields,)) and dict(listed) == notes:
            return
        with self.db:
            self.db.execute("delete from ticket where number = ?", [number])
            self.db.execute("delete from note where ticket = ?", [number])
            if fields is not None:
                self.db.execute("insert into ticket values (?, ?)", [number, fields])
            for note, text in notes.items():
                self.db.execute("replace into note values (?, ?, ?)", [note, number, text])

    # --- calls ---

    def get(self, web, path):
        fresh = self.token is None or self.now() >= self.until
        if fresh:
            self.renew(web)
        try:
            return self.call(web, "GET", path, {"Authorization": f"Bearer {self.token}"})
        except Refused as refused:
            if refused.status != 401:
                raise
            self.token = None
            if fresh:
                raise
        return self.get(web, path)

    def renew(self, web):
        form = {"grant_type": "password", **self.login}
        body = "&".join(f"{name}={quote_plus(value)}" for name, value in form.items())
        try:
            told = self.call(web, "POST", "token", {"Content-Type": "application/x-www-form-urlencoded"}, body)
        except Refused as refused:
            refused.status = None  # of no ticket
            raise
        self.token = told["access_token"]
        self.until = self.now() + SHARE * timedelta(seconds=told["expires_in"])

    def connection(self):
        kind = http.client.HTTPSConnection if self.base.scheme == "https" else http.client.HTTPConnection
        return kind(self.base.netloc, timeout=30)

    def call(self, web, method, path, headers, body=None):
        try:
            web.request(method, f"{self.base.path}/{path}", body, headers)
            answer = web.getresponse()
            told = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            web.close()
            raise Interrupted(type(error).__name__) from None
        if answer.status >= 500:
            raise Interrupted(f"status {answer.status}")
        if answer.status >= 400:
            raise Refused(answer.status)
        return told

    def now(self):
        return datetime.fromisoformat(self.ask.now())


def row(record, names):
    return {name: record[name]["Value"] for name in names if name in record}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
