"""A reader of Autotask's SOAP service (ATWS 1.6), done right: an example to copy, and what every duty must find correct.

mockservers check autotask --client contracts/autotask/clients/autotask_reader.py:Client
mockservers check autotask --client 'python contracts/autotask/clients/autotask_reader.py'
"""

import re
import sys
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import requests

NAMESPACE = "http://autotask.net/ATWS/v1_6/"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
MOST = 500  # rows of one answer, whatever there is
ENOUGH = 0.9  # of the hour's requests: the rest is left to those who write
OFTEN = 10  # calls until usage is looked at again

MIRRORED = [
    "TicketNumber",
    "Title",
    "Description",
    "Resolution",
    "Status",
    "Priority",
    "QueueID",
    "IssueType",
    "SubIssueType",
    "TicketType",
    "TicketCategory",
    "Source",
    "AccountID",
    "AssignedResourceID",
    "AssignedResourceRoleID",
    "EstimatedHours",
    "PurchaseOrderNumber",
    "CreateDate",
    "LastActivityDate",
    "DueDateTime",
    "CompletedDate",
]

ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
    '<soap:Header><AutotaskIntegrations xmlns="{namespace}"><IntegrationCode>{code}</IntegrationCode>'
    "</AutotaskIntegrations></soap:Header>"
    '<soap:Body><{operation} xmlns="{namespace}">{body}</{operation}></soap:Body></soap:Envelope>'
)


class Refused(Exception):
    """The vendor said no: with ReturnCode -1 in a good answer, with a SOAP fault, or with 401."""

    kind = "refused"


class Unusable(Exception):
    """No whole, readable answer arrived."""

    kind = "transport"


class Client:
    def hello(self, **_):
        return {
            "name": "Autotask reader",
            "protocol": 1,
            "tasks": ["sync", "mirror"],
            "mirrors": MIRRORED,
            "options": ["time_zone"],
        }

    def reset(self, endpoint, credentials, options, **_):
        self.lookup, self.service = endpoint, None
        self.login = credentials["user"], credentials["password"]
        self.code = credentials["IntegrationCode"]
        self.zone = ZoneInfo(options["time_zone"])
        self.http = requests.Session()
        self.http.trust_env = False  # no proxy and no .netrc of this machine comes between
        self.calls = OFTEN  # since usage was looked at
        self.latest = ""  # the latest activity that was seen, as the vendor's own text
        self.deletion = 0  # the last entry of the log of deleted tickets that was seen
        self.tickets = {}

    def bye(self):
        if hasattr(self, "http"):
            self.http.close()

    # --- the job ---

    def sync(self):
        """Read what was active since the latest activity that is known, and what was deleted."""
        if self.calls >= OFTEN:
            self.watch_usage()
        latest = self.latest
        # From the same moment on, not after it: more may have happened in that very moment. And as the vendor wrote
        # it: whoever computes with Eastern clock time stumbles where clocks change.
        since = condition("LastActivityDate", "GreaterThanOrEquals", latest) if latest else ""
        for place, row in enumerate(self.all("Ticket", since)):
            self.keep(row)
            # Later pages are answered later: what they show may be younger than a change of what the first one showed.
            if place < MOST:
                latest = max(latest, text(row, "LastActivityDate"))
        self.latest = latest  # only a walk that reached its end moves it
        for row in self.all("DeletedTicketLog", after=self.deletion):
            self.tickets.pop(int(text(row, "TicketID")), None)
            self.deletion = int(text(row, "id"))

    def keep(self, row):
        """Put a ticket into the mirror in place of what was known of it."""
        self.tickets[int(text(row, "id"))] = {local(each): self.value(each) for each in row}

    def mirror(self):
        return {
            "records": [
                {"id": str(number), "fields": {name: ticket.get(name) for name in MIRRORED}}
                for number, ticket in self.tickets.items()
            ]
        }

    def watch_usage(self):
        """Stop in time: past the limit the customer's whole database is shut out, for every integration."""
        result, self.calls = self.call("getThresholdAndUsageInfo", ""), 0
        numbers = [
            int(each) for each in re.findall(r": *([0-9]+)", text(result.find(".//{*}EntityReturnInfo"), "Message"))
        ]
        if len(numbers) == 3 and numbers[2] >= ENOUGH * numbers[0]:
            self.calls = OFTEN
            raise Refused(f"{numbers[2]} of {numbers[0]} requests are used")

    # --- queries ---

    def all(self, entity, conditions="", after=0):
        """Every row that meets the conditions. Rows come by ascending id, at most 500 at once."""
        while True:
            rows = self.query(entity, conditions + condition("id", "GreaterThan", after))
            yield from rows
            if len(rows) < MOST:
                return
            after = text(rows[-1], "id")

    def query(self, entity, conditions):
        question = f"<queryxml><entity>{entity}</entity><query>{conditions}</query></queryxml>"
        # XML inside XML: a text inside the question is escaped once for each of them.
        result = self.call("query", f"<sXML>{escape(question)}</sXML>")
        return result.findall("{*}EntityResults/{*}Entity")

    # --- calls ---

    def call(self, operation, body):
        """The result of a call. Never returns unless the vendor says that all went well."""
        if self.service is None:
            self.service = self.find_zone()
        self.calls += 1
        result = self.post(self.service, operation, body)
        if text(result, "ReturnCode") != "1":
            raise Refused("; ".join(each.text or "" for each in result.findall(".//{*}ATWSError/{*}Message")))
        return result

    def find_zone(self):
        """Where this customer is served. The answer proves no credentials."""
        result = self.post(self.lookup, "getZoneInfo", f"<UserName>{escape(self.login[0])}</UserName>")
        if text(result, "ErrorCode") != "0" or not text(result, "URL"):
            raise Refused("nobody knows the zone of this user")
        return text(result, "URL")

    def post(self, address, operation, body):
        envelope = ENVELOPE.format(namespace=NAMESPACE, code=escape(self.code), operation=operation, body=body)
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{NAMESPACE}{operation}"'}
        try:
            answer = self.http.post(
                address, data=envelope.encode("utf-8"), headers=headers, auth=self.login, timeout=90
            )
        except requests.RequestException as error:
            raise Unusable(type(error).__name__) from None
        if answer.status_code == 401:
            raise Refused("login failed")
        try:
            content = ElementTree.fromstring(answer.content).find("{*}Body")[0]
        except (ElementTree.ParseError, TypeError, IndexError):
            raise Unusable(f"status {answer.status_code}") from None
        if local(content) == "Fault":
            raise Refused(text(content, "faultstring"))
        if answer.status_code != 200 or not len(content):
            raise Unusable(f"status {answer.status_code}")
        return content[0]

    # --- values ---

    def value(self, element):
        """What an element means: every field but id says its type."""
        kind = element.get(TYPE, "").rpartition(":")[2]
        if kind in ("int", "long", "short"):
            return int(element.text)
        if kind in ("double", "decimal", "float"):
            return float(element.text)
        if kind == "boolean":
            return element.text in ("true", "1")
        if kind == "dateTime":
            # No offset stands there: it is Eastern clock time.
            return datetime.fromisoformat(element.text).replace(tzinfo=self.zone).astimezone(UTC).isoformat()
        return element.text or None


def condition(field, operator, value, udf=False):
    own = ' udf="true"' if udf else ""
    return f'<field{own}>{escape(field)}<expression op="{operator}">{escaped(str(value))}</expression></field>'


def escaped(value):
    """A text as XML holds it; a carriage return as a reference, or who reads it takes it for a line end."""
    return escape(value, {"\r": "&#13;"})


def local(element):
    return element.tag.rpartition("}")[2]


def text(element, name):
    """The text of a child, empty when there is none."""
    return element.findtext(f"{{*}}{name}", "")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
