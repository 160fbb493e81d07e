"""A correct client of QueryData that asks four questions at once, and keeps a ledger of windows instead of one place in time.

It reads answers with regular expressions alone, over connections of its own, and mirrors what hangs on a ticket too.

mockservers check querydata --client contracts/querydata/clients/querydata_parallel.py:Client
mockservers check querydata --client 'python contracts/querydata/clients/querydata_parallel.py'
"""

import http.client
import json
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

WORKERS = 4
MINUTE = timedelta(minutes=1)
ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
PLAIN = ["TicketNumber", "Version", "IsNewestVersion", "TicketType", "Status", "Folder", "AssignedTo", "LastAction"]
TEXTS = ["Remarks", "LocateInstructions", "Geometry", "Members"]
TIMES = ["CreateDate", "LastActionDateTime", "ResponseDueDateTime", "ExpirationDateTime"]
LISTS = {"Responses": "ResponseDateTime", "History": "ActionDateTime"}


class Trouble(Exception):
    """`kind` is `refused` where the vendor said no, and `transport` where no whole answer came."""

    def __init__(self, kind, words):
        super().__init__(words)
        self.kind = kind


def encode(text):
    """Text as XML takes it: what has a meaning there, and what is not ASCII, so that no charset matters."""
    return "".join(f"&#{ord(each)};" if each in "&<>\"'" or ord(each) > 126 else each for each in text)


def decode(text):
    """Each reference once, in one pass: `&amp;lt;` is the text `&lt;`."""

    def one(found):
        name = found[1]
        if not name.startswith("#"):
            return ENTITIES[name]
        return chr(int(name[2:], 16) if name[1] in "xX" else int(name[1:]))

    return re.sub(r"&(#[xX][0-9a-fA-F]+|#[0-9]+|[a-z]+);", one, text)


class Client:
    def __init__(self, ask):
        self.ask = ask

    def hello(self, **_):
        mirrors = [*PLAIN, *TEXTS, *TIMES, *LISTS]
        return {
            "name": "QueryData in parallel",
            "tasks": ["sync", "mirror"],
            "mirrors": mirrors,
            "options": ["time_zone"],
        }

    def reset(self, endpoint, credentials, options, **_):
        self.address, self.code, self.options = urlsplit(endpoint), credentials["AuthCode"], options
        self.zone = ZoneInfo(options["time_zone"])
        self.window, self.lag = timedelta(minutes=options["window_minutes"]), timedelta(seconds=options["lag_seconds"])
        self.planned = datetime.fromisoformat(options["since"])  # up to here the ledger has windows
        self.windows = []  # those that nobody answered yet
        self.waiting = set()  # ids that a Summary named and no Details answered yet
        self.tickets = {}

    # --- the job ---

    def sync(self):
        now = datetime.fromisoformat(self.ask.now())
        start = self.planned
        while start < now:
            end = min(start + self.window, now)
            self.windows.append((start - self.lag, end))
            start = end
        if not self.windows or self.windows[-1][1] < now:
            self.windows.append((now - self.lag, now))  # nothing passed, and yet something may have happened
        self.planned = now
        self.shut = threading.Event()  # the AuthCode was refused: what has not been asked is not asked
        with ThreadPoolExecutor(WORKERS) as pool:
            troubles = [*pool.map(self.attempt, [self.look] * len(self.windows), list(self.windows))]
            wanted = sorted(self.waiting)
            troubles += pool.map(self.attempt, [self.fetch] * len(wanted), wanted)
        for trouble in filter(None, troubles):
            raise trouble

    def attempt(self, work, about):
        """One piece of work; what it could not do stays where it was, and is done next time."""
        try:
            if not self.shut.is_set():
                work(about)
        except Trouble as trouble:
            if "AuthCode" in str(trouble):
                self.shut.set()
            return trouble
        return None

    def look(self, window):
        start, end = window
        value = f"{self.wall(start)}-{self.wall(end + MINUTE - timedelta.resolution)}"
        answer = self.call("Summary", "LastActionDateTime", "TIME_BETWEEN", value)
        self.waiting.update(str(ticket) for ticket in answer.get("UtilisphereIDs") or [])
        self.windows.remove(window)

    def fetch(self, ticket):
        found = self.call("Details", "UtilisphereID", "EQUALS", ticket).get(self.options["details_root"]) or []
        if found:
            self.tickets[ticket] = found[0]
        else:
            self.tickets.pop(ticket, None)
        self.waiting.discard(ticket)

    def mirror(self):
        return [{"id": ticket, "fields": self.fields(told)} for ticket, told in list(self.tickets.items())]

    def fields(self, told):
        fields = {name: told.get(name) for name in [*PLAIN, *TEXTS]}
        fields |= {name: self.instant(told.get(name)) for name in TIMES}
        for name, time in LISTS.items():
            fields[name] = [{**entry, time: self.instant(entry[time])} for entry in told.get(name) or []]
        return fields

    # --- times ---

    def wall(self, moment):
        return moment.astimezone(self.zone).strftime("%Y/%m/%d %H:%M")

    def instant(self, text):
        """The zone is the tenant's, and the separators are nobody's promise."""
        if not text:
            return None
        return datetime(*map(int, re.findall(r"\d+", text)), tzinfo=self.zone).astimezone(UTC).isoformat()

    # --- one question ---

    def call(self, result, field, operation, value):
        payload = {
            "AuthCode": self.code,
            "ItemType": "Ticket",
            "ResultType": result,
            "ResultFormat": self.options["result_format"],
            "UseWarehouse": False,
            "Filters": [{"Field": field, "Operation": operation, "Value": value}],
        }
        namespace, parameter = self.options["namespace"], self.options["parameter"]
        inner = f"<{parameter}>{encode(json.dumps({'QueryData_V1': payload}))}</{parameter}>"
        text = self.post(
            '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>'
            f'<QueryData xmlns="{encode(namespace)}">{inner}</QueryData></Body></Envelope>'
        )
        told = re.search(r"<QueryDataResult>(.*?)</QueryDataResult>", text, re.DOTALL)
        if told is None:
            fault = re.search(r"<faultstring[^>]*>(.*?)</faultstring>", text, re.DOTALL)
            raise Trouble("refused", decode(fault[1])) if fault else Trouble("transport", "no result in the answer")
        try:
            answer = json.loads(decode(told[1])) or {}
        except ValueError:
            raise Trouble("transport", "the result is no JSON") from None
        if "Error" in answer:
            raise Trouble("refused", f"{answer['Error'].get('Code')}: {answer['Error'].get('Message')}")
        return answer

    def post(self, body):
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{self.options["namespace"].rstrip("/")}/QueryData"',
        }
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=60)
        try:
            connection.request("POST", self.address.path, body.encode(), headers)
            return connection.getresponse().read().decode()
        except (OSError, http.client.HTTPException, UnicodeDecodeError) as error:
            raise Trouble("transport", type(error).__name__) from None
        finally:
            connection.close()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
