"""A correct client of QueryData that keeps all that it knows in SQLite, and goes on from what the data say, not from a clock.

Whatever it was doing when it ended, it goes on from the last answer that was read: nothing is kept in memory. It reads
answers in XML with expat, once for the message and once for the text inside, and asks with urllib.

mockservers check querydata --client contracts/querydata/clients/querydata_sqlite.py:Client
mockservers check querydata --client 'python contracts/querydata/clients/querydata_sqlite.py'
"""

import http.client
import json
import sqlite3
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

MIRRORED = ["TicketNumber", "Version", "IsNewestVersion", "TicketType", "Priority", "Status", "Folder", "AssignedTo"]
MIRRORED += ["LastAction", "Remarks", "LocateInstructions", "Explosives", "DepthInches", "Excavator", "WorkSite"]
TIMES = {"CreateDate", "LastActionDateTime", "WorkStartDateTime"}
NUMBERS, FLAGS = {"Version", "DepthInches"}, {"IsNewestVersion", "Explosives"}
NOTATIONS = ("%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
MINUTE, LOOK_BACK = timedelta(minutes=1), timedelta(minutes=30)
SCHEMA = """
pragma journal_mode = wal;
pragma synchronous = normal;
create table if not exists ticket (id integer primary key, document text not null);
create table if not exists queue (id integer primary key);
create table if not exists mark (name text primary key, at text not null);
"""


class Refused(Exception):
    kind = "refused"


class Unusable(Exception):
    kind = "transport"


def tree(text):
    """A small tree of a text in XML: (name, children, text). Names come without their prefixes."""
    stack = [("", [], [])]

    def start(name, _):
        stack.append((name.rpartition(":")[2], [], []))

    def end(_):
        name, children, parts = stack.pop()
        stack[-1][1].append((name, children, "".join(parts)))

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda data: stack[-1][2].append(data)
    parser.Parse(text, True)
    return stack[0][1][0]


def find(node, name):
    if node[0] == name:
        return node
    return next((found for child in node[1] if (found := find(child, name))), None)


def plain(node):
    """A group as an object; what is not told there is null."""
    return {name: plain((name, inner, "")) if inner else text for name, inner, text in node[1]}


class Client:
    def __init__(self, ask):
        self.ask = ask

    def hello(self, **_):
        fields = [*MIRRORED, *sorted(TIMES)]
        return {
            "name": "QueryData in SQLite",
            "tasks": ["sync", "mirror"],
            "mirrors": fields,
            "options": ["time_zone", "restart", "kill"],
        }

    def reset(self, endpoint, credentials, options, state_dir, **_):
        self.endpoint, self.code, self.options = endpoint, credentials["AuthCode"], options
        self.zone = ZoneInfo(options["time_zone"])
        self.format = next(name for name, kind in options["result_formats"].items() if kind == "xml")
        self.http = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.db = sqlite3.connect(Path(state_dir) / "tickets.sqlite")
        self.db.executescript(SCHEMA)
        with self.db:
            self.db.execute("insert or ignore into mark values ('seen', ?)", [options["since"]])

    def bye(self):
        if hasattr(self, "db"):
            self.db.close()

    def sync(self):
        now = datetime.fromisoformat(self.ask.now())
        (mark,) = (datetime.fromisoformat(at) for (at,) in self.db.execute("select at from mark"))
        start = mark - timedelta(seconds=self.options["lag_seconds"])
        while start < now:
            end = min(start + timedelta(minutes=self.options["window_minutes"]), now)
            named = [[ticket] for ticket in self.summary(start, end)]
            with self.db:
                self.db.executemany("insert or ignore into queue values (?)", named)
            start = end
        self.read_all()
        # All that was visible by now is known. The latest action is the mark, but nobody looks back for ever.
        documents = [json.loads(text) for (text,) in self.db.execute("select document from ticket")]
        actions = [self.moment(told["LastActionDateTime"]) for told in documents]
        with self.db:
            self.db.execute("update mark set at = ?", [max(mark, now - LOOK_BACK, *actions).isoformat()])

    def read_all(self):
        trouble = None
        for (ticket,) in self.db.execute("select id from queue order by id desc").fetchall():
            try:
                found = [[ticket, json.dumps(each)] for each in self.details(ticket)]
            except Refused as error:
                if "AuthCode" in str(error):
                    raise
                trouble = error
                continue
            with self.db:  # the ticket is replaced and leaves the queue in one transaction
                self.db.execute("delete from ticket where id = ?", [ticket])
                self.db.executemany("insert into ticket values (?, ?)", found)
                self.db.execute("delete from queue where id = ?", [ticket])
        if trouble:
            raise trouble

    def mirror(self):
        known = self.db.execute("select id, document from ticket").fetchall()
        return [{"id": str(ticket), "fields": self.fields(json.loads(text))} for ticket, text in known]

    def fields(self, told):
        fields = {name: told.get(name) for name in MIRRORED}
        fields |= {name: int(told[name]) for name in NUMBERS if told.get(name)}
        fields |= {name: told[name] == "true" for name in FLAGS if told.get(name)}
        return fields | {name: self.moment(told[name]).isoformat() for name in TIMES if told.get(name)}

    def moment(self, text):
        """In the hour that clocks repeat this is the earlier instant, so that the mark never runs ahead."""
        form = NOTATIONS["T" in text]
        return datetime.strptime(text, form).replace(tzinfo=self.zone).astimezone(UTC)

    # --- questions ---

    def summary(self, start, end):
        ends = (moment.astimezone(self.zone) for moment in (start, end + MINUTE - timedelta.resolution))
        window = "-".join(f"{each:%Y/%m/%d %H:%M}" for each in ends)
        told = find(self.call("Summary", "LastActionDateTime", "TIME_BETWEEN", window), "UtilisphereIDs")
        return [int(text) for _, _, text in told[1]] if told else []

    def details(self, ticket):
        told = self.call("Details", "UtilisphereID", "EQUALS", str(ticket))
        return [plain(each) for each in find(told, self.options["details_root"])[1]]

    def call(self, result, field, operation, value):
        payload = {"AuthCode": self.code, "ItemType": "Ticket", "ResultType": result, "ResultFormat": self.format}
        payload |= {"UseWarehouse": False, "Filters": [{"Field": field, "Operation": operation, "Value": value}]}
        space, name = self.options["namespace"], self.options["parameter"]
        body = (
            '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
            f"<QueryData xmlns={quoteattr(space)}><{name}>{escape(json.dumps({'QueryData_V1': payload}))}</{name}>"
            "</QueryData></s:Body></s:Envelope>"
        )
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{space.rstrip("/")}/QueryData"'}
        request = urllib.request.Request(self.endpoint, body.encode(), headers)
        try:
            with self.http.open(request, timeout=60) as answer:
                message = tree(answer.read())
            told = find(message, "QueryDataResult")
            result = tree(told[2]) if told else message
        except urllib.error.HTTPError as error:  # a fault comes with status 500
            with error:
                result = self.fault(error)
        except (OSError, http.client.HTTPException, expat.ExpatError) as error:
            raise Unusable(type(error).__name__) from None
        for name in ("Fault", "Error"):
            if refusal := find(result, name):
                raise Refused(" ".join(each[2] for each in refusal[1]))
        if told is None:
            raise Unusable("an answer without a result")
        return result

    def fault(self, error):
        try:
            return tree(error.read())
        except (OSError, http.client.HTTPException, expat.ExpatError):
            raise Unusable(f"status {error.code}") from None


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
