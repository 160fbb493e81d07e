"""A reader of Autotask in two steps: a sync notes which tickets were touched, and fetches those that were noted before.

What was noted lies in a file until it is fetched, so that nothing is lost when the program ends between the two. Ids are
asked for many at once. Answers are read by minidom; HTTP is http.client's, over one connection as long as it holds.

mockservers check autotask --client contracts/autotask/clients/autotask_queue.py:Client
mockservers check autotask --client 'python contracts/autotask/clients/autotask_queue.py'
"""

import base64
import http.client
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from xml.dom import minidom
from xml.parsers.expat import ExpatError
from zoneinfo import ZoneInfo

SPACE = "http://autotask.net/ATWS/v1_6/"
AT_ONCE = 200  # ids in one question; up to 500 alternatives are allowed
PAGE = 500
OVERLAP = timedelta(minutes=15)
FIELDS = [
    ("TicketNumber", str),
    ("Title", str),
    ("Description", str),
    ("Resolution", str),
    ("Status", int),
    ("Priority", int),
    ("QueueID", int),
    ("AccountID", int),
    ("Source", int),
    ("AssignedResourceID", int),
    ("EstimatedHours", float),
    ("DueDateTime", datetime),
    ("CreateDate", datetime),
    ("LastActivityDate", datetime),
    ("CompletedDate", datetime),
]


class Client:
    def __init__(self, ask):
        self.now = lambda: datetime.fromisoformat(ask.now())
        self.line = None

    def hello(self, **_):
        mirrors = [name for name, _ in FIELDS]
        return {
            "name": "Autotask queue",
            "protocol": 1,
            "tasks": ["sync", "mirror"],
            "mirrors": mirrors,
            "options": ["time_zone", "restart", "kill"],
        }

    def reset(self, endpoint, credentials, options, state_dir, **_):
        self.entry, self.credentials = endpoint, credentials
        self.zone = ZoneInfo(options["time_zone"])
        self.folder = Path(state_dir)
        self.service = None
        self.hang_up()

    def bye(self):
        self.hang_up()

    # --- what is remembered ---

    def load(self):
        file = self.folder / "state.json"
        return (
            json.loads(file.read_text("utf-8"))
            if file.exists()
            else {"asked": None, "gone": 0, "queue": [], "tickets": {}}
        )

    def save(self, state):
        """Whole or not at all: a program that ends in the middle leaves the file as it was."""
        new = self.folder / "state.new"
        new.write_text(json.dumps(state), "utf-8")
        new.replace(self.folder / "state.json")

    # --- the job ---

    def sync(self):
        state = self.load()
        self.look_up()
        self.fetch(state)
        self.note_touched(state)

    def fetch(self, state):
        """Fetch what is noted; each batch is done with when it is written down."""
        while state["queue"]:
            batch = state["queue"][:AT_ONCE]
            parts = [("OR", "id", "Equals", number) for number in batch]
            for row in self.question("Ticket", parts):
                state["tickets"][self.one(row, "id")] = self.ticket(row)
            state["queue"] = state["queue"][AT_ONCE:]
            self.save(state)

    def note_touched(self, state):
        began = self.now() - OVERLAP
        window = [("AND", "LastActivityDate", "GreaterThanOrEquals", state["asked"])] if state["asked"] else []
        touched = [self.one(row, "id") for row in self.walk("Ticket", 0, window)]
        deleted = self.walk("DeletedTicketLog", state["gone"], [])
        for row in deleted:
            state["tickets"].pop(self.one(row, "TicketID"), None)
            state["gone"] = int(self.one(row, "id"))
        gone = {self.one(row, "TicketID") for row in deleted}
        state["queue"] = [number for number in touched if number not in gone]
        # An offset stands with it, so that no hour of autumn is meant twice and none of spring is missing.
        state["asked"] = began.astimezone(self.zone).isoformat(timespec="seconds")
        self.save(state)

    def mirror(self):
        return [{"id": number, "fields": ticket} for number, ticket in self.load()["tickets"].items()]

    def ticket(self, row):
        return {name: self.value(self.one(row, name), kind) for name, kind in FIELDS}

    def value(self, text, kind):
        if not text:
            return None
        if kind is datetime:
            return datetime.fromisoformat(text).replace(tzinfo=self.zone).astimezone(UTC).isoformat()
        return kind(text)

    # --- questions ---

    def walk(self, entity, after, parts):
        found = []
        while True:
            page = self.question(entity, [*parts, ("AND", "id", "GreaterThan", after)])
            found += page
            if len(page) < PAGE:
                return found
            after = self.one(page[-1], "id")

    def question(self, entity, parts):
        document = minidom.Document()
        root = document.appendChild(document.createElement("queryxml"))
        self.add(document, root, "entity", entity)
        query = root.appendChild(document.createElement("query"))
        for join, name, operator, value in parts:
            condition = query.appendChild(document.createElement("condition"))
            condition.setAttribute("operator", join)
            field = self.add(document, condition, "field", name)
            self.add(document, field, "expression", str(value)).setAttribute("op", operator)
        answer = self.call(self.service, "query", [("sXML", root.toxml())])
        results = answer.getElementsByTagName("EntityResults")
        return results[0].getElementsByTagName("Entity") if results else []

    @staticmethod
    def add(document, parent, name, text):
        element = parent.appendChild(document.createElement(name))
        element.appendChild(document.createTextNode(text))
        return element

    @staticmethod
    def one(parent, name):
        """The text of a child; user-defined fields have children of their own."""
        for child in parent.childNodes:
            if child.localName == name:
                return "".join(part.data for part in child.childNodes)
        return ""

    # --- the service ---

    def look_up(self):
        """The zone once, and usage each time: who makes the vendor shut a customer out is not welcome there."""
        if self.service is None:
            answer = self.call(self.entry, "getZoneInfo", [("UserName", self.credentials["user"])])
            self.service = self.one(answer.getElementsByTagName("getZoneInfoResult")[0], "URL") or None
            if self.service is None:
                raise Refused("the user belongs to no zone")
        told = self.call(self.service, "getThresholdAndUsageInfo", []).getElementsByTagName("Message")
        numbers = [
            part.rpartition(":")[2]
            for part in "".join(self.one(each.parentNode, "Message") for each in told).split(";")
        ]
        if int(numbers[2]) * 100 > int(numbers[0]) * 90:
            raise Refused(f"{numbers[2].strip()} of {numbers[0].strip()} requests are used")

    def call(self, address, operation, parameters):
        document = minidom.Document()
        envelope = document.appendChild(
            document.createElementNS("http://schemas.xmlsoap.org/soap/envelope/", "soap:Envelope")
        )
        envelope.setAttribute("xmlns:soap", "http://schemas.xmlsoap.org/soap/envelope/")
        header = envelope.appendChild(document.createElement("soap:Header"))
        integration = header.appendChild(document.createElement("AutotaskIntegrations"))
        integration.setAttribute("xmlns", SPACE)
        self.add(document, integration, "IntegrationCode", self.credentials["IntegrationCode"])
        body = envelope.appendChild(document.createElement("soap:Body"))
        asked = body.appendChild(document.createElement(operation))
        asked.setAttribute("xmlns", SPACE)
        for name, text in parameters:
            self.add(document, asked, name, text)
        status, content = self.send(address, operation, document.toxml(encoding="utf-8"))
        try:
            answer = minidom.parseString(content)
        except ExpatError:
            raise (Refused("login failed") if status == 401 else Missing(f"status {status}")) from None
        code = answer.getElementsByTagName("ReturnCode")
        faults = answer.getElementsByTagName("faultstring")
        if faults or (code and self.one(code[0].parentNode, "ReturnCode") != "1"):
            told = faults or answer.getElementsByTagName("Message")
            raise Refused("; ".join("".join(part.data for part in each.childNodes) for each in told))
        if status != 200 or not answer.getElementsByTagName(f"{operation}Response"):
            raise Missing(f"status {status}")
        return answer

    def send(self, address, operation, content):
        place = urlsplit(address)
        login = f"{self.credentials['user']}:{self.credentials['password']}".encode()
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{SPACE}{operation}"',
            "Authorization": "Basic " + base64.b64encode(login).decode("ascii"),
        }
        if self.line is not None and self.line.host != place.hostname:
            self.hang_up()
        if self.line is None:
            kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
            self.line = kind(place.hostname, place.port, timeout=60)
        try:
            self.line.request("POST", place.path, content, headers)
            answer = self.line.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.hang_up()
            raise Missing(type(error).__name__) from None

    def hang_up(self):
        if self.line is not None:
            self.line.close()
        self.line = None


class Refused(Exception):
    kind = "refused"


class Missing(Exception):
    """No answer, or none that can be read."""

    kind = "transport"


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
