"""A reader of Autotask that keeps its copy in SQLite: all of it is compared by night, and by day what a day brought is read.

Answers are read by expat, event by event; a file of `state_dir` is all that it remembers, so a restart costs nothing.

mockservers check autotask --client contracts/autotask/clients/autotask_nightly.py:Client
mockservers check autotask --client 'python contracts/autotask/clients/autotask_nightly.py'
"""

import base64
import json
import sqlite3
import sys
import urllib.error
import urllib.request
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

ATWS = "http://autotask.net/ATWS/v1_6/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PAGE = 500
SPENT = 9  # tenths of the hour's requests, after which others come first
TICKET = ["TicketNumber", "Title", "Description", "Resolution", "Status", "Priority", "QueueID", "Source", "AccountID"]
TICKET += ["EstimatedHours", "PurchaseOrderNumber", "CreateDate", "LastActivityDate", "DueDateTime", "CompletedDate"]
TABLES = """
CREATE TABLE IF NOT EXISTS ticket (id INTEGER PRIMARY KEY, fields TEXT NOT NULL, seen INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Failure(Exception):
    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


class Rows:
    """What an answer holds: its entities as name, type and text of each field, and the texts of all other elements."""

    def __init__(self, document):
        self.entities, self.texts, self._path, self._said = [], {}, [], ""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(document, True)

    def _start(self, name, attributes):
        kind = attributes.get("http://www.w3.org/2001/XMLSchema-instance type", "").rpartition(":")[2]
        self._path.append((name.rpartition(" ")[2], kind))
        self._said = ""
        if self._path[-1][0] == "Entity":
            self.entities.append({})

    def _text(self, text):
        self._said += text

    def _end(self, name):
        here, kind = self._path.pop()
        if self._path and self._path[-1][0] == "Entity":
            self.entities[-1][here] = kind, self._said
        elif self._said:
            self.texts.setdefault(here, self._said)
        self._said = ""


class Client:
    def __init__(self, ask):
        self.ask = ask  # a client in production looks at its own clock

    def hello(self, **_):
        return {
            "name": "Autotask nightly",
            "protocol": 1,
            "tasks": ["sync", "mirror"],
            "mirrors": TICKET,
            "options": ["time_zone", "restart", "kill"],
        }

    def reset(self, endpoint, credentials, options, state_dir, **_):
        self.start, self.user, self.code = endpoint, credentials["user"], credentials["IntegrationCode"]
        login = f"{self.user}:{credentials['password']}".encode()
        self.login = f"Basic {base64.b64encode(login).decode('ascii')}"
        self.zone = ZoneInfo(options["time_zone"])
        self.file = Path(state_dir) / "autotask.sqlite"
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with closing(self.database()) as database:
            database.executescript(TABLES)

    def database(self):
        return sqlite3.connect(self.file)

    # --- the job ---

    def sync(self):
        today = datetime.fromisoformat(self.ask.now()).astimezone(self.zone).date()
        with closing(self.database()) as database, database:
            notes = dict(database.execute("SELECT name, value FROM note"))
            service = self.service()
            self.leave_some(service)
            if notes.get("night") != today.isoformat():
                self.night(database, service)
                deleted = 0
            else:
                # By whole days, and from the day before on: no clock of ours has to be right to the minute.
                since = (date.fromisoformat(notes["day"]) - timedelta(days=1)).isoformat()
                self.keep(database, service, [("LastActivityDate", "GreaterThanOrEquals", since)])
                deleted = int(notes["deleted"])
            for row in self.walk(service, "DeletedTicketLog", deleted):
                database.execute("DELETE FROM ticket WHERE id = ?", (int(row["TicketID"][1]),))
                deleted = int(row["id"][1])
            # All of it is one transaction: what failed on the way is forgotten whole, the notes too.
            known = {"night": today.isoformat(), "day": today.isoformat(), "deleted": str(deleted)}
            database.executemany("INSERT OR REPLACE INTO note VALUES (?, ?)", known.items())

    def night(self, database, service):
        """Read all there is; what was not seen is gone."""
        database.execute("UPDATE ticket SET seen = 0")
        self.keep(database, service, [])
        database.execute("DELETE FROM ticket WHERE seen = 0")

    def keep(self, database, service, tests):
        for row in self.walk(service, "Ticket", 0, tests):
            fields = {name: self.value(*row[name]) for name in TICKET if name in row}
            database.execute("INSERT OR REPLACE INTO ticket VALUES (?, ?, 1)", (int(row["id"][1]), json.dumps(fields)))

    def mirror(self):
        with closing(self.database()) as database:
            rows = database.execute("SELECT id, fields FROM ticket ORDER BY id").fetchall()
        return [{"id": str(number), "fields": json.loads(fields)} for number, fields in rows]

    def value(self, kind, text):
        if kind == "dateTime":
            return datetime.fromisoformat(text).replace(tzinfo=self.zone).astimezone(UTC).isoformat()
        return (int(text) if kind in ("int", "long") else float(text) if kind == "double" else text) if text else None

    # --- the service ---

    def service(self):
        told = self.call(self.start, "getZoneInfo", f"<UserName>{escape(self.user)}</UserName>").texts
        if int(told.get("ErrorCode", "-1")) < 0 or not told.get("URL"):
            raise Failure("refused", "the user belongs to no zone")
        return told["URL"]

    def leave_some(self, service):
        said = self.call(service, "getThresholdAndUsageInfo", "").texts.get("Message", "")
        limit, _, used = (int(each.rpartition(":")[2]) for each in said.strip("; ").split(";"))
        if used * 10 >= limit * SPENT:
            raise Failure("refused", f"{used} of {limit} requests of this hour are used")

    def walk(self, service, entity, after, tests=()):
        full = True
        while full:
            asked = [*tests, ("id", "GreaterThan", after)]
            inside = "".join(
                f'<field>{f}<expression op="{op}">{escape(str(v))}</expression></field>' for f, op, v in asked
            )
            question = f"<queryxml><entity>{entity}</entity><query>{inside}</query></queryxml>"
            rows = self.call(service, "query", f"<sXML>{escape(question)}</sXML>").entities
            yield from rows
            full = len(rows) == PAGE
            after = rows[-1]["id"][1] if rows else after

    def call(self, address, operation, inside):
        body = (
            f'<Envelope xmlns="{SOAP}"><Header><AutotaskIntegrations xmlns="{ATWS}"><IntegrationCode>{escape(self.code)}'
            f'</IntegrationCode></AutotaskIntegrations></Header><Body><{operation} xmlns="{ATWS}">{inside}</{operation}>'
            "</Body></Envelope>"
        )
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": ATWS + operation,
            "Authorization": self.login,
        }
        request = urllib.request.Request(address, body.encode(), headers)
        try:
            with self.opener.open(request, timeout=60) as answer:
                rows = Rows(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise self.failure(error.code, error) from None
        except (OSError, HTTPException, ValueError, expat.ExpatError) as error:
            raise Failure("transport", type(error).__name__) from None
        if rows.texts.get("ReturnCode", "1") != "1" or not rows.texts:
            raise Failure("refused", rows.texts.get("Message", "no reason"))
        return rows

    def failure(self, status, answer):
        """What to make of another status than 200: a fault is an answer too, and says why."""
        with suppress(OSError, HTTPException, expat.ExpatError):
            said = Rows(answer.read()).texts.get("faultstring")
            if said:
                return Failure("refused", said)
        return Failure("refused" if status == 401 else "transport", f"status {status}")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
