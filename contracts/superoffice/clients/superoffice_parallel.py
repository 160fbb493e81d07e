"""A reader of SuperOffice that asks with four requests at once, reads XML as it streams by, and logs in with a SOTicket.

It lists what has changed since it last began, by its own clock and with a margin; tickets are read in batches while the walk
goes on. When the login ends, all four may hear so: whoever is first gets an access token, and the others take that one.

mockservers check superoffice --client contracts/superoffice/clients/superoffice_parallel.py:Client
mockservers check superoffice --client 'python contracts/superoffice/clients/superoffice_parallel.py'
"""

import json
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
import xml.sax
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path

WORKERS, BATCH, PAGE = 4, 25, 100
MARGIN = timedelta(minutes=2)  # further than two clocks that are kept right part
WHOLE = "OwnedBy OwnedByAssociateId Category Priority TicketStatus CustId ConnectId TimeSpent NumReplies NumMessages"
DATES = "CreatedAt LastChanged ClosedAt RepliedAt Deadline Activate"
TEXTS = "Title BaseStatus Slevel Origin Author OwnedByName PriorityName CategoryName FromAddress"
FIELDS = {**dict.fromkeys(WHOLE.split(), int), **dict.fromkeys(TEXTS.split(), str)}
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Failed(Exception):
    def __init__(self, kind, words):
        super().__init__(words)
        self.kind = kind


class Tickets(xml.sax.ContentHandler):
    """Collects tickets from the events of a parser: only what stands at its place counts."""

    def __init__(self):
        super().__init__()
        self.path, self.found, self.error, self.text = [], [], "", []

    def startElement(self, name, attributes):  # noqa: N802
        self.path.append(name.rpartition(":")[2])
        self.text = []
        if self.path[1:] == ["Ticket"]:
            self.found.append(({}, set()))

    def characters(self, content):
        self.text.append(content)

    def endElement(self, name):  # noqa: N802
        place, text = tuple(self.path[1:]), "".join(self.text)
        if len(self.path) == 3 and place[0] == "Ticket":
            self.found[-1][0][place[1]] = text
        elif place[:2] == ("Ticket", "FieldProperties") and place[-1] == "Mask" and text == "None":
            self.found[-1][1].add(place[2])
        elif place in (("Message",), ("ErrorMessage",)):
            self.error = text or "an error"
        self.path.pop()
        self.text = []


class Client:
    def __init__(self, ask):
        self.ask = ask

    def hello(self, **_):
        mirrors = [*FIELDS, *DATES.split()]
        return {"name": "SuperOffice with four", "protocol": 1, "tasks": ["sync", "mirror"], "mirrors": mirrors}

    def reset(self, url, credentials, **_):
        self.url, self.credentials = url, credentials
        self.login = f"SOTicket {credentials['SOTicket']}"
        self.lock, self.tickets, self.since = threading.Lock(), {}, None

    # --- the job ---

    def sync(self):
        begun = datetime.fromisoformat(self.ask.now())
        self.shut = False
        with ThreadPoolExecutor(WORKERS) as pool:
            batches = [pool.submit(self.read, numbers) for numbers in self.batches()]
        for batch in batches:  # all have ended; the first that failed ends the job, and the next sync asks for the same
            for number, told in batch.result():
                self.tickets[number] = {**self.tickets.get(number, {}), **told}
        self.since = begun - MARGIN

    def batches(self):
        """Numbers of tickets to read, batch by batch, as fast as the list tells them."""
        first = f"lastChanged afterTime '{self.since:%Y-%m-%dT%H:%M:%S}' and " if self.since else ""
        number, waiting = 0, []
        while True:
            options = {"$select": "ticketId", "$filter": f"{first}ticketId gt {number}", "$orderBy": "ticketId"}
            query = urllib.parse.urlencode({**options, "$top": PAGE}, quote_via=urllib.parse.quote)
            rows = parsed(self.call(f"/api/v1/Ticket?{query}"))["value"]
            waiting += [row["PrimaryKey"] for row in rows]
            while len(waiting) >= BATCH:
                yield waiting[:BATCH]
                waiting = waiting[BATCH:]
            if len(rows) < PAGE:
                break
            number = rows[-1]["PrimaryKey"]
        if waiting:
            yield waiting

    def read(self, numbers):
        ids = "".join(f"<int>{number}</int>" for number in numbers)
        body = f'<?xml version="1.0"?><GetTicketsRequest><TicketIds>{ids}</TicketIds></GetTicketsRequest>'
        told = Tickets()
        try:
            xml.sax.parseString(self.call("/api/v1/Agents/Ticket/GetTickets", body.encode()), told)
        except xml.sax.SAXException:
            raise Failed("transport", "the XML ends early") from None
        if told.error:
            raise Failed("refused", told.error)
        return [(int(ticket["TicketId"]), values(ticket, hidden)) for ticket, hidden in told.found if ticket]

    def mirror(self):
        blank = dict.fromkeys([*FIELDS, *DATES.split()])
        return [{"id": str(number), "fields": {**blank, **told}} for number, told in sorted(self.tickets.items())]

    # --- calls: of several threads at once ---

    def call(self, path, body=None):
        login = self.login
        status, content = self.send(path, body, login)
        if status == 401:
            status, content = self.send(path, body, self.another(login))
        if status >= 500 or (status == 200 and not content):
            raise Failed("transport", f"status {status}")
        if status != 200:
            raise Failed("refused", f"status {status}")
        return content

    def another(self, old):
        """A login that is not the old one: of whoever got it first, or a new token. One that is refused stays refused."""
        with self.lock:
            if self.shut:
                raise Failed("refused", "no login is taken")
            if self.login == old:
                form = {"grant_type": "refresh_token", "refresh_token": self.credentials["refresh_token"]}
                status, content = self.send("/login/common/oauth/tokens", urllib.parse.urlencode(form).encode(), "")
                self.shut = status == 400
                if status != 200 or not content:
                    raise Failed("refused" if self.shut else "transport", f"no token: status {status}")
                self.login = f"Bearer {parsed(content)['access_token']}"
            return self.login

    def send(self, path, body, login):
        headers = {"Accept": "application/xml" if body is not None and login else "application/json"}
        headers |= {"SO-TimeZone": "UTC,includeTZOffset", "SO-Language": "en"}
        headers["Content-Type"] = "application/xml" if login else "application/x-www-form-urlencoded"
        if login:
            headers |= {"Authorization": login}
        if login.startswith("SOTicket"):
            headers |= {"SO-AppToken": self.credentials["SO-AppToken"]}
        try:
            with OPENER.open(urllib.request.Request(self.url + path, body, headers), timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, b""
        except (OSError, HTTPException) as error:
            raise Failed("transport", type(error).__name__) from None


def parsed(content):
    try:
        value = json.loads(content)
    except ValueError:
        raise Failed("transport", "the JSON ends early") from None
    if "Message" in value or "ErrorMessage" in value:
        raise Failed("refused", "an error under a good status")
    return value


def values(ticket, hidden):
    """What a ticket says, but for what may not be read at present. A number or date that is empty or left out is none."""
    told = {name: ticket.get(name, "") for name in FIELDS if name not in hidden}
    told = {name: text if FIELDS[name] is str else int(text) if text else None for name, text in told.items()}
    for name in DATES.split():
        if name not in hidden:
            text = ticket.get(name) or "0001-"
            told[name] = None if text.startswith("0001-") else datetime.fromisoformat(text).astimezone(UTC).isoformat()
    return told


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
