"""A reader of Track-It!'s Web API, done right: an example to copy, and the client that every duty must find correct.

mockservers check trackit --client contracts/trackit/clients/trackit_reader.py:Client
mockservers check trackit --client 'python contracts/trackit/clients/trackit_reader.py'
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

import requests

PAGE = 20
EARLY = timedelta(seconds=15)  # a token is renewed that long before it ends

MIRRORED = [
    "2",
    "3",
    "4",
    "7",
    "8",
    "10",
    "12",
    "18",
    "22",
    "36",
    "39",
    "67",
    "72",
    "81",
    "83",
    "84",
    "95",
    "96",
    "100",
    "102",
    "106",
    "107",
    "108",
    "132",
    "163",
    "175",
]
NOTE_FIELDS = ["1", "3", "5", "7", "10", "14", "15", "26", "27"]


class Refused(Exception):
    """The vendor said no, with a status from 400 to 499, or took less than it was told."""

    kind = "refused"

    def __init__(self, what, status=None):
        super().__init__(f"status {status}: {what}" if status else what)
        self.status = status


class Unusable(Exception):
    """No whole, readable answer arrived, or the server failed: what was asked for may be done, or not."""

    kind = "transport"


class Client:
    def __init__(self, ask):
        self.ask = ask  # what time it is; a client in production looks at its own clock

    def hello(self, **_):
        return {"name": "Track-It! reader", "protocol": 1, "tasks": ["sync", "mirror"], "mirrors": [*MIRRORED, "notes"]}

    def reset(self, endpoint, credentials, options, **_):
        self.endpoint, self.credentials, self.options = endpoint, credentials, options
        self.http = requests.Session()
        self.http.trust_env = False  # else a .netrc could replace the token, and proxies are looked up at every call
        self.token = self.refresh = self.ends = None
        self.highest = options["first_id"] - 1  # the highest number that was ever seen
        self.tickets = {}

    def bye(self):
        if hasattr(self, "http"):
            self.http.close()

    # --- the job ---

    def sync(self):
        """Try every number: nothing lists tickets, and nothing tells which have changed."""
        number = self.options["first_id"]
        while number <= self.highest + self.options["longest_gap"] + 1:
            self.look(number)
            number += 1

    def look(self, number):
        """Mirror one ticket as it is now, in place of what was known of it."""
        try:
            ticket = self.read(number)
        except Refused as error:
            if error.status != 403:
                raise
            return  # there, but not for us at the moment: what is known of it stays
        # Who has notes has the date of the latest one. Notes that were added do not show in Last Modified.
        notes = None if ticket is None else self.notes(number) if "175" in ticket else []
        if ticket is None or notes is None:
            self.tickets.pop(number, None)
            return
        # What has no value is not in the answer, so nothing of the older ticket may stay.
        self.tickets[number] = {**ticket, "notes": notes}
        self.highest = max(self.highest, number)

    def mirror(self):
        return {
            "records": [
                {"id": str(number), "fields": {name: ticket.get(name) for name in [*MIRRORED, "notes"]}}
                for number, ticket in self.tickets.items()
            ]
        }

    # --- calls ---

    def read(self, number):
        """A ticket, or None where there is no such ticket."""
        answer = self.get(f"tickets/{number}")
        return None if answer is None else values(self.ticket_in(answer))

    def notes(self, number):
        """What people wrote to a ticket, page by page until one is not full; None where there is no such ticket."""
        found, page = {}, 1
        while True:
            answer = self.get(f"tickets/{number}/Notes/{PAGE}/{page}")
            if answer is None:
                return None
            listed = [values(note) for note in member(answer, "TicketNotes")]
            # A note that is added meanwhile moves the others, so that one can be told twice.
            found.update((note["1"], {name: note.get(name) for name in NOTE_FIELDS}) for note in listed)
            if len(listed) < PAGE:  # Count is no help: servers count all notes, or those of the page
                return list(found.values())
            page += 1

    def get(self, path):
        """The answer, or None for what is not there."""
        try:
            return self.call("GET", path)
        except Refused as error:
            if error.status == self.options["unknown_status"]:
                return None
            raise

    def ticket_in(self, answer):
        """Servers say Ticket where the documentation says Tickets."""
        return answer["Tickets"] if "Tickets" in answer else member(answer, "Ticket")

    def call(self, method, path, body=None):
        """One call with a good token: renewed shortly before it ends, and once more where it is refused."""
        fresh = self.token is None or self.now() >= self.ends - EARLY
        if fresh:
            self.login()
        answer = self.send(method, path, body)
        if answer.status_code == 401 and not fresh:
            self.login()
            answer = self.send(method, path, body)
        if answer.status_code == 401:
            self.token = None
        return self.judge(answer)

    def send(self, method, path, body):
        return self.request(method, path, json=body, headers={"Authorization": f"Bearer {self.token}"})

    def request(self, method, path, **more):
        try:
            return self.http.request(method, f"{self.endpoint}/{path}", timeout=30, **more)
        except requests.RequestException as error:
            raise Unusable(type(error).__name__) from None

    def judge(self, answer):
        """The object that an answer holds. An error is never an empty answer."""
        try:
            found = answer.json()
        except ValueError:
            raise Unusable(f"status {answer.status_code} without a readable body") from None
        if not isinstance(found, dict) or answer.status_code >= 500:
            raise Unusable(f"status {answer.status_code}")
        if answer.status_code >= 400:
            raise Refused(found.get("Message") or found.get("error"), answer.status_code)
        return found

    # --- tokens ---

    def login(self):
        """A token, by the refresh token that came with the last one, else by password."""
        refresh = self.refresh
        self.token = self.refresh = None  # a refresh token is good for one time
        user = {name: self.credentials[name] for name in ("username", "password")}
        try:
            granted = self.grant(grant_type="refresh_token", refresh_token=refresh) if refresh else None
        except Refused:
            granted = None  # used, ended or too old: the password still helps
        try:
            granted = granted or self.grant(grant_type="password", scope="", **user)
        except Refused as error:
            error.status = None  # some servers say 400 to unknown numbers too, and this is not about a number
            raise
        self.token, self.refresh = member(granted, "access_token"), granted.get("refresh_token")
        self.ends = self.now() + timedelta(seconds=granted.get("expires_in", 0))

    def grant(self, **form):
        return self.judge(self.request("POST", "token", data=form))

    def now(self):
        return datetime.fromisoformat(self.ask.now())


def member(answer, name):
    if name not in answer:
        raise Unusable(f"an answer without {name}")
    return answer[name]


def values(record):
    """Values by field number. Labels are the administrator's, who may change them; numbers never change."""
    return {number: field.get("Value") for number, field in record.items()}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
