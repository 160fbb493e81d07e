"""A reader of SuperOffice's WebAPI, done right: an example to copy, and what every duty must find correct.

Finds numbers by an archive list of what has changed, and reads those tickets in batches by GetTickets.

mockservers check superoffice --client contracts/superoffice/clients/superoffice_reader.py:Client
mockservers check superoffice --client 'python contracts/superoffice/clients/superoffice_reader.py'
"""

import sys
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import requests

PAGE = 50  # rows of a list, and tickets of a batch: an answer of a few hundred becomes slow

MIRRORED = [
    "Title",
    "CreatedAt",
    "LastChanged",
    "Activate",
    "ClosedAt",
    "RepliedAt",
    "AlertTimeout",
    "Deadline",
    "CreatedBy",
    "Author",
    "OwnedBy",
    "OwnedByName",
    "OwnedByAssociateId",
    "Category",
    "CategoryName",
    "Slevel",
    "Priority",
    "PriorityName",
    "BaseStatus",
    "TicketStatus",
    "TicketStatusDisplayValue",
    "Origin",
    "CustId",
    "PersonFullname",
    "ContactName",
    "AlertLevel",
    "ConnectId",
    "TimeToReply",
    "TimeToClose",
    "TimeSpentInternally",
    "TimeSpent",
    "HasAttachment",
    "NumReplies",
    "NumMessages",
    "FromAddress",
    "Language",
    "Sentiment",
    "SentimentConfidence",
]
DATES = {"CreatedAt", "LastChanged", "Activate", "ClosedAt", "RepliedAt", "AlertTimeout", "Deadline"}


class Refused(Exception):
    """The vendor said no: by the status, or by an error object in an answer that looks good."""

    kind = "refused"


class Unusable(Exception):
    """No whole, readable answer arrived."""

    kind = "transport"


class Client:
    def hello(self, **_):
        return {
            "name": "SuperOffice reader",
            "protocol": 1,
            "tasks": ["sync", "mirror"],
            "mirrors": MIRRORED,
            "options": ["time_zone", "deployment"],
        }

    def reset(self, url, credentials, **_):
        self.url = url
        self.token, self.renewal = credentials["Bearer"], credentials["refresh_token"]
        self.application = credentials["SO-AppToken"]
        self.http = requests.Session()
        self.http.trust_env = False  # no proxy and no .netrc of this machine comes between
        self.latest = None  # up to when changes are known
        self.tickets = {}

    def bye(self):
        if hasattr(self, "http"):
            self.http.close()

    # --- the job ---

    def sync(self):
        """Read what has changed since the last time, that second included: more may have happened in it."""
        numbers, latest = [], self.latest
        for row in self.changed():
            numbers.append(row["ticketId"])
            latest = max(filter(None, (latest, moment(row["lastChanged"]))))
        for ticket in self.read(numbers):
            self.keep(ticket)
        # Only a walk that reached its end moves this, and not past its beginning: what changed meanwhile comes next time.
        self.latest = latest and min(latest, self.begun)

    def changed(self):
        """The rows of tickets that have changed, page by page. By the key, since rows shift when one is taken away."""
        since = self.latest and self.latest - timedelta(seconds=1)
        conditions = [f"lastChanged afterTime '{since:%Y-%m-%dT%H:%M:%S}'"] if since else []
        last = 0
        while True:
            query = " and ".join([*conditions, f"ticketId gt {last}"])
            rows = self.rows(
                {"$select": "ticketId,lastChanged", "$filter": query, "$orderby": "ticketId", "$top": PAGE}
            )
            if not last:
                self.begun = self.answered
            yield from rows
            if len(rows) < PAGE:
                return
            last = rows[-1]["ticketId"]

    def rows(self, options):
        return self.call("GET", "Ticket", params=options)["value"]

    def read(self, numbers):
        """Tickets by their numbers. Who is not there, or hidden, is left out or null; that does not mean deleted."""
        for first in range(0, len(numbers), PAGE):
            batch = {"TicketIds": numbers[first : first + PAGE]}
            yield from filter(None, self.call("POST", "Agents/Ticket/GetTickets", json=batch))

    def keep(self, ticket):
        """Put a ticket into the mirror. Deleted and merged ones stand there with their status."""
        known = self.tickets.get(ticket["TicketId"], {})
        hidden = hidden_fields(ticket)
        self.tickets[ticket["TicketId"]] = {
            name: known.get(name) if name in hidden else value(name, ticket.get(name)) for name in MIRRORED
        }

    def mirror(self):
        return {"records": [{"id": str(number), "fields": ticket} for number, ticket in self.tickets.items()]}

    # --- calls ---

    def call(self, verb, path, **request):
        """The value of an answer. Never returns unless the vendor says that all went well."""
        answer = self.send(verb, path, **request)
        if answer.status_code == 401 and self.renew():
            answer = self.send(verb, path, **request)
        if answer.status_code >= 500 or (answer.status_code == 200 and not answer.content):
            raise Unusable(f"status {answer.status_code}")
        if answer.status_code != 200:
            raise Refused(f"status {answer.status_code}: {answer.text[:200]}")
        try:
            found = self.decoded(answer)
        except ValueError:
            raise Unusable("an answer that ends early") from None
        # Errors come as an object, and some of them under 200.
        if isinstance(found, dict) and {"Message", "ErrorMessage"} & set(found):
            raise Refused(found)
        return found

    def decoded(self, answer):
        return answer.json()

    def send(self, verb, path, headers=None, **request):
        # In UTC no time can be taken for another; a language, so that names are not lists of all languages.
        headers = {"SO-TimeZone": "UTC,includeTZOffset", "Accept-Language": "en", **self.login(), **(headers or {})}
        answer = self.post(verb, f"{self.url}/api/v1/{path}", headers=headers, **request)
        if "Date" in answer.headers:
            self.answered = parsedate_to_datetime(answer.headers["Date"])
        return answer

    def login(self):
        return {"Authorization": f"Bearer {self.token}"}

    def renew(self):
        """A new access token for the refresh token, once; how long one lives differs."""
        form = {"grant_type": "refresh_token", "refresh_token": self.renewal, "client_secret": self.application}
        answer = self.post("POST", f"{self.url}/login/common/oauth/tokens", data=form)
        if answer.status_code == 400:
            raise Refused("the refresh token is not taken")
        try:
            self.token = answer.json()["access_token"]
        except (ValueError, KeyError):
            raise Unusable(f"status {answer.status_code}") from None
        return True

    def post(self, verb, address, **request):
        try:
            return self.http.request(verb, address, timeout=90, **request)
        except requests.RequestException as error:
            raise Unusable(type(error).__name__) from None


def hidden_fields(ticket):
    """The fields that this user may not read: they come blank, whatever they hold."""
    told = {name: each.get("FieldRight") for name, each in (ticket.get("FieldProperties") or {}).items()}
    return {name for name, right in told.items() if right and right.get("Mask") == "None"}


def moment(text):
    """An instant; the year 1 is none."""
    return None if text is None or text.startswith("0001-") else datetime.fromisoformat(text)


def value(name, raw):
    if name in DATES:
        found = moment(raw)
        return found and found.astimezone(UTC).isoformat()
    return raw


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
