"""A reader of Utilisphere's QueryData, done right: an example to copy, and the client that every duty must find correct.

mockservers check querydata --client contracts/querydata/clients/querydata_reader.py:Client
mockservers check querydata --client 'python contracts/querydata/clients/querydata_reader.py'
"""

import json
import sys
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import requests

TIMES = {"CreateDate", "LastActionDateTime", "WorkStartDateTime"}
MIRRORED = [
    "TicketNumber",
    "Version",
    "IsNewestVersion",
    "TicketType",
    "Priority",
    "Status",
    "Folder",
    "AssignedTo",
    "CreateDate",
    "LastActionDateTime",
    "LastAction",
    "WorkStartDateTime",
    "Explosives",
    "DepthInches",
    "LocateInstructions",
    "Remarks",
    "Excavator",
    "Members",
]
MINUTE = timedelta(minutes=1)

ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    '<QueryData xmlns="{namespace}"><{parameter}>{payload}</{parameter}></QueryData>'
    "</soap:Body></soap:Envelope>"
)


class Refused(Exception):
    """The vendor said no: with status 200 and an Error inside the result, or with a SOAP fault."""

    kind = "refused"


class Unusable(Exception):
    """No whole, readable answer arrived."""

    kind = "transport"


class Client:
    def __init__(self, ask):
        self.ask = ask  # what time it is at the vendor; a client in production looks at its own clock

    def hello(self, **_):
        return {
            "name": "QueryData reader",
            "protocol": 1,
            "tasks": ["sync", "mirror"],
            "mirrors": MIRRORED,
            "options": ["time_zone"],
        }

    def reset(self, endpoint, credentials, options, **_):
        self.endpoint, self.code, self.options = endpoint, credentials["AuthCode"], options
        self.zone = ZoneInfo(options["time_zone"])
        self.window = timedelta(minutes=options["window_minutes"])
        self.lag = timedelta(seconds=options["lag_seconds"])
        self.http = requests.Session()
        self.http.trust_env = False  # no proxy and no .netrc of this machine comes between
        self.resume = datetime.fromisoformat(options["since"])
        self.unread = {}  # ids that a Summary named and no Details answered yet, oldest first
        self.tickets = {}

    def bye(self):
        if hasattr(self, "http"):
            self.http.close()

    # --- the job ---

    def sync(self):
        """Learn which tickets were acted upon, in short windows up to now; then fetch each of them."""
        now = datetime.fromisoformat(self.ask.now())
        start = self.resume
        while True:
            end = min(start + self.window, now)
            for ticket in self.summary(start, end):  # raises when it fails: `resume` stays, the window is asked again
                self.unread[ticket] = True
            # Actions show up late, so the next sync begins that much before the present, and sees some of them twice.
            self.resume = min(end, now - self.lag)
            start = end
            if end >= now:
                break
        failed = None
        for ticket in list(self.unread):
            try:
                self.fetch(ticket)
            except Refused as error:
                if "AuthCode" in str(error):
                    raise  # whoever is not let in does not knock again for each ticket
                failed = error  # a ticket that the vendor cannot tell does not keep the others from being read
        if failed:
            raise failed

    def fetch(self, ticket):
        """The present state of one ticket; it may be newer than the window that named it, and always wins."""
        found = self.details(ticket)
        if not found:
            self.tickets.pop(ticket, None)  # it is there no longer
        for each in found:
            self.tickets[str(each["UtilisphereID"])] = each
        del self.unread[ticket]  # reached only when there was an answer

    def mirror(self):
        return {
            "records": [
                {"id": ticket, "fields": {name: self.value(name, found.get(name)) for name in MIRRORED}}
                for ticket, found in self.tickets.items()
            ]
        }

    def value(self, name, value):
        if name in TIMES and value is not None:
            return instant(value, self.zone)
        return value

    # --- the two kinds of call ---

    def summary(self, start, end):
        """The ids of the tickets whose latest action lies in a window, widened to whole minutes."""
        text = f"{self.minute(start)}-{self.minute(end + MINUTE - timedelta(microseconds=1))}"
        result = self.call("Summary", "LastActionDateTime", "TIME_BETWEEN", text)
        return [str(ticket) for ticket in result.get("UtilisphereIDs") or []]

    def minute(self, moment):
        return moment.astimezone(self.zone).strftime("%Y/%m/%d %H:%M")

    def details(self, ticket):
        result = self.call("Details", "UtilisphereID", "EQUALS", ticket)
        return result.get(self.options["details_root"]) or []

    def payload(self, result_type, field, operation, value):
        return {
            "AuthCode": self.code,
            "ItemType": "Ticket",
            "ResultType": result_type,
            "ResultFormat": self.options["result_format"],
            "UseWarehouse": False,
            "Filters": [{"Field": field, "Operation": operation, "Value": value}],
        }

    def call(self, result_type, field, operation, value):
        """One question; the answer's object. Raises Refused or Unusable, and never takes an error for an answer."""
        namespace, parameter = self.options["namespace"], self.options["parameter"]
        body = ENVELOPE.format(
            namespace=escape(namespace, {'"': "&quot;"}),
            parameter=parameter,
            payload=escape(json.dumps({"QueryData_V1": self.payload(result_type, field, operation, value)})),
        )
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{namespace.rstrip("/")}/QueryData"'}
        try:
            answer = self.http.post(self.endpoint, data=body.encode(), headers=headers, timeout=60)
            root = ElementTree.fromstring(answer.content)  # un-escapes the text inside, once
        except requests.RequestException as error:
            raise Unusable(type(error).__name__) from None
        except ElementTree.ParseError:
            raise Unusable(f"status {answer.status_code} without a readable body") from None
        fault = root.find(".//{*}Fault")
        if fault is not None:
            raise Refused(" ".join("".join(fault.itertext()).split()))
        text = root.findtext(".//{*}QueryDataResult")
        if not text:
            raise Unusable("an answer without a result")
        try:
            result = json.loads(text) or {}
        except ValueError:
            raise Unusable("a result that is no JSON") from None
        if "Error" in result:
            raise Refused(f"{result['Error'].get('Code')}: {result['Error'].get('Message')}")
        return result


@lru_cache(maxsize=65536)  # the copy is shown often, and most of its times are those of before
def instant(text, zone):
    """A time of the vendor's in UTC. No zone stands there: it is the tenant's."""
    local = datetime.fromisoformat(text.replace("/", "-").replace(" ", "T")).replace(tzinfo=zone)
    return local.astimezone(UTC).isoformat()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
