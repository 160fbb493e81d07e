"""A reader of Autotask that asks for several ranges of ids at once, and reads answers with regular expressions.

No more than three calls at once: the vendor refuses the fourth. How far it has read it remembers by the vendor's own clock,
taken before the first row of a walk: ranges end at different moments, and what one showed says nothing of the others.

mockservers check autotask --client contracts/autotask/clients/autotask_parallel.py:Client
mockservers check autotask --client 'python contracts/autotask/clients/autotask_parallel.py'
"""

import re
import sys
import urllib.parse
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from zoneinfo import ZoneInfo

WORKERS = 3
MOST = 500
BACK = timedelta(minutes=10)  # read twice rather than never
ENTITY = re.compile(r"<Entity [^>]*>(.*?)</Entity>", re.DOTALL)
ID = re.compile(r"<id>(\d+)</id>")
FIELD = re.compile(r'<(\w+) xsi:type="xsd:(\w+)"(?:/>|>(.*?)</\1>)', re.DOTALL)
UDFS = re.compile(r"<UserDefinedFields>.*?</UserDefinedFields>", re.DOTALL)
MIRRORED = [
    "TicketNumber",
    "Title",
    "Description",
    "Resolution",
    "PurchaseOrderNumber",
    "Status",
    "Priority",
    "QueueID",
]
MIRRORED += ["IssueType", "SubIssueType", "TicketType", "Source", "AccountID", "AssignedResourceID", "EstimatedHours"]
MIRRORED += ["CreateDate", "LastActivityDate", "DueDateTime"]


class VendorError(Exception):
    kind = "refused"


class NoAnswer(Exception):
    kind = "transport"


class Client:
    def hello(self, **_):
        tasks = ["sync", "mirror"]
        return {
            "name": "Autotask parallel",
            "protocol": 1,
            "tasks": tasks,
            "mirrors": MIRRORED,
            "options": ["time_zone"],
        }

    def reset(self, endpoint, credentials, options, **_):
        self.endpoint, self.user, self.code = endpoint, credentials["user"], credentials["IntegrationCode"]
        pair = f"{self.user}:{credentials['password']}"
        self.basic = "Basic " + b64encode(pair.encode("utf-8")).decode("ascii")
        self.zone = ZoneInfo(options["time_zone"])
        self.address = None
        self.read_to = None  # by the vendor's clock
        self.deleted = 0
        self.rows = {}

    # --- the job ---

    def sync(self):
        began = self.look_around()
        tests = []
        if self.read_to is not None:
            # With its offset: the hour that clocks repeat in autumn would be two hours otherwise.
            since = (self.read_to - BACK).astimezone(self.zone).isoformat(timespec="seconds")
            tests = [("LastActivityDate", "GreaterThanOrEquals", since)]
        with ThreadPoolExecutor(WORKERS) as pool:
            walks = [pool.submit(self.walk, "Ticket", *ends, tests) for ends in self.ranges()]
        found = [walk.result() for walk in walks]  # one that failed fails the whole
        for entity in (entity for walk in found for entity in walk):
            self.rows[self.id(entity)] = self.read(entity)
        for entity in self.walk("DeletedTicketLog", self.deleted, None, []):
            self.rows.pop(self.fields(entity)["TicketID"], None)
            self.deleted = int(self.id(entity))
        self.read_to = began

    def ranges(self):
        """From where to where each worker reads. The last has no end, for new tickets come there."""
        known = sorted(map(int, self.rows))
        size = len(known) // WORKERS
        cuts = [known[size], known[2 * size]] if size else []
        return list(zip([0, *cuts], [*cuts, None], strict=True))

    def mirror(self):
        return {"records": [{"id": number, "fields": fields} for number, fields in self.rows.items()]}

    def look_around(self):
        """Where the service is and how busy it was; gives the vendor's time before anything was read."""
        if self.address is None:
            answer, _ = self.post(self.endpoint, "getZoneInfo", f"<UserName>{quoted(self.user)}</UserName>")
            self.address = unescape("".join(re.findall("<URL>(.*?)</URL>", answer))) or None
            if self.address is None:
                raise VendorError("no zone")
        answer, date = self.post(self.address, "getThresholdAndUsageInfo", "")
        usage = dict(re.findall(r"(\w+): (\d+);", answer))
        limit = int(usage.get("ThresholdOfExternalRequest") or usage["thresholdOfExternalRequest"])
        if int(usage["numberOfExternalRequest"]) > 0.85 * limit:
            raise VendorError("nearly all requests of the hour are used")
        return parsedate_to_datetime(date)

    # --- answers ---

    def id(self, entity):
        return ID.search(entity)[1]

    def fields(self, entity):
        return {name: unescape(text) for name, _, text in FIELD.findall(UDFS.sub("", entity))}

    def read(self, entity):
        told = {}
        for name, kind, text in FIELD.findall(UDFS.sub("", entity)):
            if kind == "dateTime":
                told[name] = datetime.fromisoformat(text).replace(tzinfo=self.zone).astimezone(UTC).isoformat()
            elif kind == "string":
                # Line ends that XML does not keep are written as references, so plain ones are what they are.
                told[name] = unescape(text) or None
            else:
                told[name] = (
                    float(text) if kind in ("double", "decimal") else int(text) if kind != "boolean" else text == "true"
                )
        return {name: told.get(name) for name in MIRRORED}

    # --- questions ---

    def walk(self, entity, after, last, tests):
        """All entities above `after` and up to `last`, as they stand in the answers."""
        found = []
        while True:
            ends = [("id", "GreaterThan", after)] + ([] if last is None else [("id", "LessThanOrEquals", last)])
            asked = "".join(
                f"<field>{f}<expression op='{op}'>{quoted(value)}</expression></field>" for f, op, value in tests + ends
            )
            xml = f"<queryxml><entity>{entity}</entity><query>{asked}</query></queryxml>"
            answer, _ = self.post(self.address, "query", f"<sXML>{quoted(xml)}</sXML>")
            page = ENTITY.findall(answer)
            found += page
            if len(page) < MOST:
                return found
            after = self.id(page[-1])

    def post(self, address, operation, content):
        """A good answer's text and its date. Each call has a connection of its own, so that threads share nothing."""
        place = urllib.parse.urlsplit(address)
        connection = (HTTPSConnection if place.scheme == "https" else HTTPConnection)(place.netloc, timeout=60)
        space = "http://autotask.net/ATWS/v1_6/"
        body = (
            '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
            f'xmlns="{space}"><s:Header><AutotaskIntegrations><IntegrationCode>{quoted(self.code)}</IntegrationCode>'
            f"</AutotaskIntegrations></s:Header><s:Body><{operation}>{content}</{operation}></s:Body></s:Envelope>"
        )
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{space}{operation}"',
            "Authorization": self.basic,
        }
        try:
            connection.request("POST", place.path, body.encode("utf-8"), headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8")
        except (OSError, HTTPException, UnicodeDecodeError) as error:
            raise NoAnswer(type(error).__name__) from None
        finally:
            connection.close()
        code = re.search("<ReturnCode>(-?[0-9]+)</ReturnCode>", text)
        if answer.status == 401 or "<faultstring>" in text or (code and code[1] != "1"):
            raise VendorError(" ".join(re.findall("<(?:Message|faultstring)>(.*?)</", text)) or "login failed")
        if answer.status != 200 or "</soap:Envelope>" not in text:
            raise NoAnswer(f"status {answer.status}")
        return text, answer.headers["Date"]


def quoted(value):
    return str(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
