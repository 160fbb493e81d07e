"""Another correct client of Track-It!, which works differently: a nightly job as people write them, with urllib alone.

It logs in by password for each run and logs out at its end, tries the numbers above the known ones first, asks for all
notes of a ticket at once, the system's included, learns from 401 alone that a token has ended, changes a status like any
other field, and closes without a note.
"""

import contextlib
import http.client
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

MIRRORED = ["1", "2", "7", "18", "22", "49", "65", "82", "95", "97", "100", "102", "109", "149", "157", "163"]
WEB = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Failure(Exception):
    """What went wrong: `refused` where the server says no, `transport` where it says nothing to rely on."""

    def __init__(self, kind, what, status=None):
        super().__init__(what)
        self.kind, self.status = kind, status


class Client:
    def hello(self, **_):
        tasks = ["sync", "mirror", "update", "close"]
        return {"name": "Track-It! scanner", "protocol": 1, "tasks": tasks, "mirrors": [*MIRRORED, "notes"]}

    def reset(self, endpoint, credentials, options, **_):
        self.endpoint, self.credentials, self.options = endpoint, credentials, options
        self.token, self.known = None, {}

    def mirror(self):
        return {"records": [{"id": str(number), "fields": fields} for number, fields in self.known.items()]}

    # --- jobs ---

    def sync(self):
        with self:
            number = max(self.known, default=self.options["first_id"] - 1)
            misses = 0
            while misses <= self.options["longest_gap"]:
                number += 1
                misses = 0 if self.fetch(number) else misses + 1
            for number in range(self.options["first_id"], max(self.known, default=0) + 1):
                self.fetch(number)

    def fetch(self, number):
        """Whether there is such a ticket; what there is replaces what was known."""
        try:
            ticket = self.record(self.call("GET", f"tickets/{number}"))
            notes = self.call("GET", f"tickets/{number}/Notes/0/0?SystemNote=true").get("TicketNotes")
        except Failure as failure:
            if failure.status == self.options["unknown_status"]:
                self.known.pop(number, None)
            elif failure.status != 403:  # which keeps from us what may well be there
                raise
            return False
        if notes is None:
            raise Failure("transport", "an answer without notes")
        shown = [{name: plain(note).get(name) for name in ("1", "5", "7", "10", "14", "27")} for note in notes]
        self.known[number] = {**{name: ticket.get(name) for name in MIRRORED}, "notes": shown}
        return True

    def update(self, record, fields):
        with self:
            given = self.record(self.call("POST", f"tickets/{record}", {"Properties": fields}))
            wrong = [name for name, value in fields.items() if not alike(given.get(name), value)]
            if wrong:
                raise Failure("refused", f"not taken: {wrong}")

    def close(self, record):
        with self:
            self.call("POST", f"tickets/{record}/Close", {})

    # --- a run has a token of its own ---

    def __enter__(self):
        self.login()

    def __exit__(self, *_):
        with contextlib.suppress(Failure):  # it ends by itself
            self.once("GET", "technicians/logout")
        self.token = None

    def login(self):
        form = urllib.parse.urlencode({"grant_type": "password", **self.credentials}).encode()
        try:
            self.token = self.send("POST", "token", form, "application/x-www-form-urlencoded").get("access_token")
        except Failure as failure:
            raise Failure(failure.kind, str(failure)) from None  # its status says nothing of any ticket

    def call(self, method, path, body=None):
        try:
            return self.once(method, path, body)
        except Failure as failure:
            if failure.status != 401:
                raise
        self.login()
        return self.once(method, path, body)

    def once(self, method, path, body=None):
        return self.send(method, path, None if body is None else json.dumps(body).encode(), "application/json")

    def send(self, method, path, data, media):
        request = urllib.request.Request(f"{self.endpoint}/{path}", data, {"Content-Type": media}, method=method)
        if self.token is not None:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with WEB.open(request, timeout=30) as answer:
                found = json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                kind = "refused" if error.code < 500 else "transport"
                raise Failure(kind, f"{method} {path.partition('?')[0]}: status {error.code}", error.code) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Failure("transport", type(error).__name__) from None
        if not isinstance(found, dict):
            return {}
        return found

    def record(self, answer):
        found = answer.get("Tickets") or answer.get("Ticket")
        if not found:
            raise Failure("transport", "an answer without a ticket")
        return plain(found)


def plain(record):
    return {number: field["Value"] for number, field in record.items()}


def alike(found, wanted):
    """Times come back in another form: they are looked at to the second."""
    if isinstance(found, str) and isinstance(wanted, str) and found.endswith("0Z") and wanted.endswith("Z"):
        return found[:19] == wanted[:19]
    return found == wanted or (found in (None, "") and wanted in (None, ""))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
