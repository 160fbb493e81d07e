"""A writer of Autotask that speaks SOAP 1.2, or 1.1 where a zone knows no other, and keeps an outbox in a file.

What it is told to make is put into the outbox before it is sent, and taken out when the vendor has answered: what is found
there later may have been made, and is looked for by its key first. Reading, it walks through all tickets each time.

mockservers check autotask --client contracts/autotask/clients/autotask_outbox.py:Client
mockservers check autotask --client 'python contracts/autotask/clients/autotask_outbox.py'
"""

import http.client
import json
import sys
import xml.etree.ElementTree as ElementTree
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

ATWS = "http://autotask.net/ATWS/v1_6/"
XSI, XSD = "http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/2001/XMLSchema"
VERSIONS = {
    "1.2": ("http://www.w3.org/2003/05/soap-envelope", 'application/soap+xml; charset=utf-8; action="{}"'),
    "1.1": ("http://schemas.xmlsoap.org/soap/envelope/", "text/xml; charset=utf-8"),
}
COMPLETE, DETAIL, EVERYBODY = 5, 2, 1
NUMBERS = {"int": int, "long": int, "short": int, "double": float, "decimal": float, "boolean": "true".__eq__}
SHOWN = [
    "TicketNumber",
    "Title",
    "Description",
    "Resolution",
    "Status",
    "Priority",
    "Source",
    "IssueType",
    "SubIssueType",
]
SHOWN += ["AccountID", "EstimatedHours", "PurchaseOrderNumber", "CreateDate", "DueDateTime", "LastActivityDate"]


class Trouble(Exception):
    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


class Client:
    def __init__(self, ask):
        self.ask = ask

    def hello(self, **_):
        return {
            "name": "Autotask outbox",
            "protocol": 1,
            "tasks": ["sync", "mirror", "create", "update", "note", "close"],
            "mirrors": SHOWN,
            "options": ["time_zone", "restart", "kill"],
        }

    def reset(self, endpoint, credentials, options, state_dir, **_):
        self.endpoint, self.credentials, self.options = endpoint, credentials, options
        self.zone = ZoneInfo(options["time_zone"])
        self.file = Path(state_dir) / "outbox.json"
        state = json.loads(self.file.read_text("utf-8")) if self.file.exists() else {}
        self.outbox, self.tickets = state.get("outbox", []), state.get("tickets", {})
        self.version, self.address = "1.2", None

    def keep(self):
        """Write down what is known and what is under way, whole or not at all."""
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps({"outbox": self.outbox, "tickets": self.tickets}), "utf-8")
        new.replace(self.file)

    # --- reading ---

    def sync(self):
        self.usage()
        tickets, after = {}, 0
        while True:
            rows = self.query("Ticket", self.test("id", "GreaterThan", after))
            for row in rows:
                after = child(row, "id")
                tickets[after] = {local(field): self.read(field) for field in row if local(field) in SHOWN}
            if len(rows) < 500:
                break
        self.tickets = tickets
        self.keep()

    def mirror(self):
        return {"records": [{"id": number, "fields": ticket} for number, ticket in self.tickets.items()]}

    def usage(self):
        told = self.call("getThresholdAndUsageInfo", "").find(".//{*}EntityReturnInfo/{*}Message").text
        limit, _, used = [int(part.split(":")[1]) for part in told.split(";")[:3]]
        if used >= 0.9 * limit:
            raise Trouble("refused", f"{used} of {limit} requests are used; the rest is for others")

    def read(self, element):
        kind = element.get(f"{{{XSI}}}type", "").split(":")[-1]
        if kind == "dateTime":
            return datetime.fromisoformat(element.text).replace(tzinfo=self.zone).astimezone(UTC).isoformat()
        return NUMBERS.get(kind, str)(element.text) if element.text else None

    # --- writing ---

    def create(self, key, fields):
        mark = self.options["reference_field"]
        own = f"<UserDefinedField><Name>{xml(mark)}</Name><Value>{xml(key)}</Value></UserDefinedField>"
        wanted = {"Source": self.options["source"], **fields}
        sent = f"<UserDefinedFields>{own}</UserDefinedFields>" + "".join(map(self.element, wanted, wanted.values()))
        return {"id": self.make(key, "Ticket", sent, self.test(mark, "Equals", key, udf=True))}

    def note(self, record, key, text, minutes=None):
        mark = f"<{key}>"
        entity, place = ("TimeEntry", "InternalNotes") if minutes else ("TicketNote", "Title")
        fields = {"TicketID": int(record), place: mark}
        if minutes:
            end = datetime.fromisoformat(self.ask.now())
            start = end - timedelta(minutes=minutes)
            fields |= {"ResourceID": self.options["resource"], "RoleID": self.options["role"], "SummaryNotes": text}
            fields |= {"HoursWorked": minutes / 60, "StartDateTime": start.isoformat(), "EndDateTime": end.isoformat()}
        else:
            fields |= {"Description": text, "NoteType": DETAIL, "Publish": EVERYBODY}
        tests = self.test("TicketID", "Equals", record) + self.test(place, "Equals", mark)
        self.make(key, entity, "".join(map(self.element, fields, fields.values())), tests)

    def update(self, record, fields):
        """Everything the ticket has, as it stands there now, with the told fields in its place."""
        rows = self.query("Ticket", self.test("id", "Equals", record))
        if not rows:
            raise Trouble("refused", f"there is no ticket {record}")
        kept = [each for each in rows[0] if local(each) not in ("id", "UserDefinedFields", *fields) and each.text]
        sent = "".join(typed(local(each), each.get(f"{{{XSI}}}type").split(":")[-1], each.text) for each in kept)
        self.write("update", "Ticket", record, sent + "".join(map(self.element, fields, fields.values())))

    def close(self, record):
        self.update(record, {"Status": COMPLETE})

    def make(self, key, entity, sent, tests):
        """Make an entity that is not there yet; its id."""
        if key in self.outbox:
            there = self.query(entity, tests)
            if there:
                return child(there[0], "id")
        self.outbox.append(key)
        self.keep()
        try:
            number = self.write("create", entity, 0, sent)
        except Trouble as trouble:
            if trouble.kind != "transport":  # it was refused, so it is not there
                self.take_out(key)
            raise
        self.take_out(key)
        return number

    def take_out(self, key):
        self.outbox = [each for each in self.outbox if each != key]
        self.keep()

    def write(self, operation, entity, number, sent):
        body = f'<Entities><Entity xsi:type="{entity}"><id>{number}</id>{sent}</Entity></Entities>'
        return child(self.call(operation, body).find(".//{*}EntityResults/{*}Entity"), "id")

    def element(self, name, value):
        if value is None or value == "":
            return ""
        if isinstance(value, int):
            return typed(name, "int", str(value))
        if isinstance(value, float):
            return typed(name, "double", repr(value))
        if name.endswith(("Date", "DateTime")):
            return typed(name, "dateTime", datetime.fromisoformat(value).astimezone(self.zone).isoformat())
        return typed(name, "string", value)

    # --- calls ---

    def test(self, field, operator, value, udf=False):
        own = ' udf="true"' if udf else ""
        return f'<field{own}>{xml(field)}<expression op="{operator}">{xml(str(value))}</expression></field>'

    def query(self, entity, tests):
        question = f"<queryxml><entity>{entity}</entity><query>{tests}</query></queryxml>"
        return self.call("query", f"<sXML>{xml(question)}</sXML>").findall("{*}EntityResults/{*}Entity")

    def call(self, operation, inside):
        if self.address is None:
            user = xml(self.credentials["user"])
            zone = self.exchange(self.endpoint, "getZoneInfo", f"<UserName>{user}</UserName>")
            if child(zone, "ErrorCode") != "0" or not child(zone, "URL"):
                raise Trouble("refused", "the user is in no zone")
            self.address = child(zone, "URL")
        result = self.exchange(self.address, operation, inside)
        if child(result, "ReturnCode") != "1":
            raise Trouble(
                "refused", "; ".join(each.text or "" for each in result.iterfind(".//{*}ATWSError/{*}Message"))
            )
        return result

    def exchange(self, address, operation, inside):
        """The result of an operation. A zone that takes no SOAP 1.2 says so, and is then asked in 1.1."""
        status, content = self.post(address, operation, inside)
        try:
            root = ElementTree.fromstring(content)
        except ElementTree.ParseError:
            root = None
        fault = root.find(".//{*}Fault") if root is not None else None
        old = status == 415 or (fault is not None and "VersionMismatch" in "".join(fault.itertext()))
        if self.version == "1.2" and old:
            self.version = "1.1"
            return self.exchange(address, operation, inside)
        if status == 401:
            raise Trouble("refused", "the login is not accepted")
        if fault is not None:
            raise Trouble("refused", " ".join("".join(fault.itertext()).split()))
        answer = root.find(f"{{*}}Body/{{*}}{operation}Response/{{*}}{operation}Result") if root is not None else None
        if status != 200 or answer is None:
            raise Trouble("transport", f"status {status}, and no answer of {operation}")
        return answer

    def post(self, address, operation, inside):
        space, media = VERSIONS[self.version]
        content = (
            f'<e:Envelope xmlns:e="{space}" xmlns:xsi="{XSI}" xmlns:xsd="{XSD}"><e:Header><AutotaskIntegrations xmlns="{ATWS}">'
            f"<IntegrationCode>{xml(self.credentials['IntegrationCode'])}</IntegrationCode></AutotaskIntegrations></e:Header>"
            f'<e:Body><{operation} xmlns="{ATWS}">{inside}</{operation}></e:Body></e:Envelope>'
        ).encode()
        login = f"{self.credentials['user']}:{self.credentials['password']}".encode()
        headers = {
            "Content-Type": media.format(ATWS + operation),
            "Authorization": f"Basic {b64encode(login).decode()}",
        }
        if self.version == "1.1":
            headers["SOAPAction"] = f'"{ATWS}{operation}"'
        place = urlsplit(address)
        connect = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
        connection = connect(place.netloc, timeout=60)
        try:
            connection.request("POST", place.path, content, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Trouble("transport", type(error).__name__) from None
        finally:
            connection.close()


def xml(text):
    """Escaped once; a carriage return as a reference, or reading would make a line end of it."""
    return escape(text, {"\r": "&#13;"})


def typed(name, kind, text):
    return f'<{name} xsi:type="xsd:{kind}">{xml(text)}</{name}>'


def local(element):
    return element.tag.rpartition("}")[2]


def child(element, name):
    return element.findtext(f"{{*}}{name}", "")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
