"""A reader of SuperOffice that keeps its mirror in SQLite: increments by day, and once a night all that there is.

Its watermark is the latest LastChanged that it has read, never the clock: it walks by LastChanged and number, and keeps each
batch together with the watermark in one transaction. A night only adds: a ticket that no list names may be hidden.

mockservers check superoffice --client contracts/superoffice/clients/superoffice_nightly.py:Client
mockservers check superoffice --client 'python contracts/superoffice/clients/superoffice_nightly.py'
"""

import http.client
import json
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

BATCH = 40
TEXTS = ["Title", "Author", "FromAddress", "Language", "PersonFullname", "ContactName", "OwnedByName", "PriorityName"]
TEXTS += ["SaleHeading", "TicketStatusDisplayValue", "BaseStatus", "Slevel", "Origin"]
NUMBERS = ["CreatedBy", "OwnedBy", "OwnedByAssociateId", "Category", "Priority", "TicketStatus", "CustId", "ContactId"]
NUMBERS += [
    "AlertLevel",
    "ConnectId",
    "TimeToReply",
    "RealTimeToReply",
    "TimeSpent",
    "NumReplies",
    "NumMessages",
    "SaleId",
]
DATES = ["CreatedAt", "LastChanged", "Activate", "ClosedAt", "RepliedAt", "AlertTimeout", "Deadline"]
COLUMNS = [*TEXTS, *NUMBERS, *DATES]
TABLES = f"""
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS ticket (id INTEGER PRIMARY KEY, {", ".join(COLUMNS)}, absent);
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value);
"""


class Refused(Exception):
    kind = "refused"


class Broken(Exception):
    """Nobody knows what the vendor did."""

    kind = "transport"


class Client:
    def __init__(self, ask):
        self.ask = ask

    def hello(self, **_):
        told = {"name": "SuperOffice by night", "protocol": 1, "tasks": ["sync", "mirror"], "mirrors": COLUMNS}
        return {**told, "options": ["restart", "kill"]}

    def reset(self, url, credentials, state_dir, **_):
        self.place, self.credentials = urlsplit(url), credentials
        self.bearer = credentials["Bearer"]
        self.base = sqlite3.connect(Path(state_dir) / "mirror.db", check_same_thread=False)
        self.base.row_factory = sqlite3.Row
        self.base.executescript(TABLES)  # one that is there, of an earlier run, is gone on with

    def bye(self):
        if hasattr(self, "base"):
            self.base.close()

    # --- the job ---

    def sync(self):
        today = self.ask.now()[:10]
        if self.state("mark") and self.state("night") != today:
            self.night()
        self.day()  # the first time this is all there is
        with self.base:
            self.state("night", today)

    def day(self):
        """What has changed since the watermark, that second included, and page by page in the order of changes."""
        mark, number = self.state("mark"), 0
        edge = mark and (datetime.fromisoformat(mark) - timedelta(seconds=1)).isoformat()
        query = edge and f"lastChanged afterTime '{edge}'"
        while rows := self.rows("lastChanged,ticketId", query):
            mark, number = rows[-1]["lastChanged"], rows[-1]["ticketId"]
            self.take([row["ticketId"] for row in rows], mark)
            # Many tickets may have changed in one second: the number goes on where the second does not.
            query = f"lastChanged afterTime '{mark}' or (lastChanged datetime '{mark}' and ticketId gt {number})"

    def night(self):
        """Every ticket that there is. One that is on no page may be deleted or only hidden, and is marked, not dropped."""
        number, there = 0, set()
        while rows := self.rows("ticketId", f"ticketId gt {number}"):
            numbers = [row["ticketId"] for row in rows]
            number = numbers[-1]
            self.take(numbers)
            there.update(numbers)
        known = [row["id"] for row in self.base.execute("SELECT id FROM ticket")]
        with self.base:
            marks = [(int(each not in there), each) for each in known]
            self.base.executemany("UPDATE ticket SET absent = ? WHERE id = ?", marks)

    def rows(self, order, query):
        options = {"$select": "ticketId,lastChanged", "$orderby": order, "$top": BATCH}
        return self.call("GET", f"Ticket?{urlencode({**options, '$filter': query} if query else options)}")["value"]

    def take(self, numbers, mark=None):
        """Read tickets, and keep them with the watermark that they lead to."""
        tickets = self.call("POST", "Agents/Ticket/GetTickets", json.dumps({"TicketIds": numbers}))
        with self.base:  # both, or neither
            for ticket in filter(None, tickets):
                self.keep(ticket)
            if mark:
                self.state("mark", mark)

    def keep(self, ticket):
        rights = ticket.get("FieldProperties") or {}
        told = {name: plain(name, ticket[name]) for name in COLUMNS if name in ticket}
        for name in list(told):
            if ((rights.get(name) or {}).get("FieldRight") or {}).get("Mask") == "None":
                del told[name]  # not to be read at present, and so not known to be empty
        if not told:
            return
        places = ", ".join("?" * (len(told) + 1))
        renewed = ", ".join(f"{name} = excluded.{name}" for name in told)
        self.base.execute(
            f"INSERT INTO ticket (id, {', '.join(told)}) VALUES ({places}) ON CONFLICT (id) DO UPDATE SET {renewed}",
            [ticket["TicketId"], *told.values()],
        )

    def mirror(self):
        found = self.base.execute("SELECT * FROM ticket ORDER BY id")
        return [{"id": str(row["id"]), "fields": {name: row[name] for name in COLUMNS}} for row in found]

    def state(self, name, value=None):
        if value is not None:
            self.base.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))
        found = self.base.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return found and found[0]

    # --- calls ---

    def call(self, verb, path, body=None, more=(), renewed=False):
        headers = {
            **dict(more),
            "Authorization": f"Bearer {self.bearer}",
            "Accept": "application/json",
            "Accept-Language": "en",
        }
        headers |= {"SO-TimeZone": "includeTZOffset"}  # in the base zone, whichever it is
        if body is not None:
            headers["Content-Type"] = "application/json"
        status, content = self.send(verb, f"{self.place.path}/api/v1/{path}", body, headers)
        if status == 401 and not renewed:
            self.renew()
            return self.call(verb, path, body, more, renewed=True)
        return self.read(status, content)

    def read(self, status, content):
        """What an answer says. Its status alone is not believed: errors come under 200 too, as an object."""
        if status >= 500 or (status == 200 and not content):
            raise Broken(f"the vendor answered {status}")
        if status != 200:
            raise Refused(f"the vendor answered {status}")
        try:
            value = json.loads(content)
        except ValueError:
            raise Broken("the answer is no JSON") from None
        if isinstance(value, dict) and ("ErrorMessage" in value or "Message" in value):
            raise Refused(value.get("ErrorMessage") or value["Message"])
        return value

    def renew(self):
        known = {"grant_type": "refresh_token", "refresh_token": self.credentials["refresh_token"]}
        form = urlencode({**known, "client_secret": self.credentials["SO-AppToken"]})
        media = {"Content-Type": "application/x-www-form-urlencoded"}
        status, content = self.send("POST", f"{self.place.path}/login/common/oauth/tokens", form, media)
        if status == 400:
            raise Refused("no new token is given")
        self.bearer = self.read(status, content)["access_token"]

    def send(self, verb, path, body, headers):
        line = http.client.HTTPConnection(self.place.hostname, self.place.port, timeout=60)
        try:
            line.request(verb, path, None if body is None else body.encode(), headers)
            answer = line.getresponse()
            content = answer.read()
            self.modified = answer.getheader("Last-Modified")
            return answer.status, content
        except (OSError, http.client.HTTPException) as error:
            raise Broken(type(error).__name__) from None
        finally:
            line.close()


def plain(name, value):
    """A value as the mirror has it: dates in UTC, and the year 1 as no date."""
    if name not in DATES or value is None:
        return value
    if value.startswith("0001-"):
        return None
    return datetime.fromisoformat(value).astimezone(UTC).isoformat()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
