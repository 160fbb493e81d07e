"""A reader of Autotask's REST service 1.0, done right: an example to copy for whoever moves from SOAP to REST.

mockservers check autotask --client contracts/autotask/clients/autotask_rest.py:Client
mockservers check autotask --client 'python contracts/autotask/clients/autotask_rest.py'

It mirrors under the names of the SOAP service, which are those of the contract and of the client that it replaces.
"""

import sys
from datetime import datetime
from pathlib import Path

import requests

MOST = 500  # records of one page, whatever there is
ENOUGH = 0.9  # of the hour's requests: the rest is left to those who write
OFTEN = 10  # calls until usage is looked at again

FIELDS = {
    "TicketNumber": "ticketNumber",
    "Title": "title",
    "Description": "description",
    "Resolution": "resolution",
    "Status": "status",
    "Priority": "priority",
    "QueueID": "queueID",
    "IssueType": "issueType",
    "SubIssueType": "subIssueType",
    "TicketType": "ticketType",
    "TicketCategory": "ticketCategory",
    "Source": "source",
    "AccountID": "companyID",
    "AssignedResourceID": "assignedResourceID",
    "AssignedResourceRoleID": "assignedResourceRoleID",
    "EstimatedHours": "estimatedHours",
    "PurchaseOrderNumber": "purchaseOrderNumber",
    "CreateDate": "createDate",
    "LastActivityDate": "lastActivityDate",
    "DueDateTime": "dueDateTime",
    "CompletedDate": "completedDate",
}
TIMES = {"CreateDate", "LastActivityDate", "DueDateTime", "CompletedDate"}
MIRRORED = list(FIELDS)


class Refused(Exception):
    """The vendor said no: with 401, or with a list of errors."""

    kind = "refused"


class Unusable(Exception):
    """No whole, readable answer arrived."""

    kind = "transport"


class Client:
    def hello(self, **_):
        return {
            "name": "Autotask REST reader",
            "protocol": 1,
            "tasks": ["sync", "mirror"],
            "mirrors": MIRRORED,
            "options": ["rest"],
        }

    def reset(self, endpoint, credentials, options, **_):
        # The contract names the address of the SOAP service; that of REST lies beside it.
        self.lookup, self.service = endpoint.partition("/ATServices/")[0] + options["rest"], None
        self.user = credentials["user"]
        self.http = requests.Session()
        self.http.trust_env = False  # no proxy and no .netrc of this machine comes between
        self.login = {
            "UserName": self.user,
            "Secret": credentials["password"],
            "ApiIntegrationCode": credentials["IntegrationCode"],
        }
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
        # From the same moment on, not after it: more may have happened in that very moment.
        since = ("gte", "lastActivityDate", latest) if latest else ("gt", "id", 0)
        for place, item in enumerate(self.all("Tickets", since)):
            self.keep(item)
            # Later pages are answered later: what they show may be younger than a change of what the first one showed.
            if place < MOST:
                latest = max(latest, item["lastActivityDate"] or "", key=moment)
        self.latest = latest  # only a walk that reached its end moves it
        for item in self.all("DeletedTicketLogs", ("gt", "id", self.deletion)):
            self.tickets.pop(item["ticketID"], None)
            self.deletion = item["id"]

    def keep(self, item):
        """Put a ticket into the mirror in place of what was known of it."""
        self.tickets[item["id"]] = {
            name: item[rest] or None if name in TEXTS else item[rest] for name, rest in FIELDS.items()
        }

    def mirror(self):
        return {"records": [{"id": str(number), "fields": ticket} for number, ticket in self.tickets.items()]}

    def watch_usage(self):
        """Stop in time: past the limit the customer's whole database is shut out, for every integration."""
        told, self.calls = self.call("GET", "ThresholdInformation"), 0
        made, most = told["currentTimeframeRequestCount"], told["externalRequestThreshold"]
        if made >= ENOUGH * most:
            self.calls = OFTEN
            raise Refused(f"{made} of {most} requests are used")

    # --- queries ---

    def all(self, resource, *conditions):
        """Every record that meets the conditions, by ascending id, page by page."""
        body, address = {"filter": [condition(*each) for each in conditions]}, f"{resource}/query"
        while address:
            told = self.call("POST", address, body)
            yield from told["items"]
            # The next page of a query by POST is asked for by POST, with the same body.
            address = told["pageDetails"]["nextPageUrl"]

    # --- calls ---

    def call(self, verb, path, body=None):
        """The answer to a call. Never returns unless the vendor says that all went well."""
        if self.service is None:
            self.service = self.find_zone()
        self.calls += 1
        address = path if path.startswith("http") else f"{self.service}V1.0/{path}"
        return self.send(verb, address, json=body, headers=self.login)

    def find_zone(self):
        """Where this customer is served. The answer proves no credentials, and needs none."""
        return self.send("GET", f"{self.lookup}V1.0/zoneInformation", params={"user": self.user})["url"]

    def send(self, verb, address, **more):
        try:
            answer = self.http.request(verb, address, timeout=90, **more)
        except requests.RequestException as error:
            raise Unusable(type(error).__name__) from None
        if answer.status_code == 401:
            raise Refused("login failed")
        try:
            told = answer.json()
        except ValueError:
            raise Unusable(f"status {answer.status_code}") from None
        if isinstance(told, dict) and isinstance(told.get("errors"), list):
            raise Refused("; ".join(map(str, told["errors"])))
        if answer.status_code != 200 or not isinstance(told, dict):
            raise Unusable(f"status {answer.status_code}")
        return told


TEXTS = {"TicketNumber", "Title", "Description", "Resolution", "PurchaseOrderNumber"}


def condition(operator, field, value, udf=False):
    return {"op": operator, "field": field, "value": value, **({"udf": True} if udf else {})}


def moment(text):
    """Times as they follow each other: their texts have as many places as they need."""
    return datetime.fromisoformat(text).timestamp() if text else 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
