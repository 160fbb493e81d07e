"""A correct client of Track-It! that asks for four tickets at once, with one token that its four workers share.

When the token ends, all four are refused. The first of them renews it, the others find a newer one in its place, and
each asks once more. What goes wrong for one of them ends the run for all.

mockservers check trackit --client contracts/trackit/clients/trackit_parallel.py:Client
mockservers check trackit --client 'python contracts/trackit/clients/trackit_parallel.py'
"""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import urllib3

WORKERS = 4
PAGE = 7
FORM = "application/x-www-form-urlencoded"
MIRRORED = ["2", "3", "7", "8", "12", "18", "22", "39", "81", "83", "84", "95", "96", "100", "106", "163", "175"]
SHOWN = ["1", "3", "5", "7", "10", "14", "15", "26", "27"]


class Failure(Exception):
    """`refused` is the vendor's no, `transport` is no answer to rely on."""

    def __init__(self, kind, words, status=None):
        super().__init__(words)
        self.kind, self.status = kind, status


class Token:
    """The token that all workers use. Who was refused with one gets a newer one, which is asked for once."""

    def __init__(self, grant, username, password):
        self.grant = grant
        self.password = {"grant_type": "password", "username": username, "password": password}
        self.lock = threading.Lock()
        self.value = self.refresh = self.failure = None

    def get(self, refused=None):
        with self.lock:
            if self.failure is not None:  # another worker was told so a moment ago
                raise self.failure
            if self.value is None or self.value == refused:
                try:
                    self.renew()
                except Failure as failure:
                    self.failure = Failure(failure.kind, f"login: {failure}")  # its status is about no ticket
                    raise self.failure from None
            return self.value

    def renew(self):
        refresh, self.refresh, self.value = self.refresh, None, None
        granted = None
        if refresh is not None:
            try:
                granted = self.grant({"grant_type": "refresh_token", "refresh_token": refresh})
            except Failure as failure:
                if failure.kind != "refused":
                    raise
        granted = granted or self.grant(self.password)
        self.value, self.refresh = granted.get("access_token"), granted.get("refresh_token")
        if self.value is None:
            raise Failure("transport", "no token in the answer")

    def forget(self, refused):
        """A token that was refused though it is new helps nobody."""
        with self.lock:
            if self.value == refused:
                self.value = None


class Client:
    def hello(self, **_):
        return {"name": "Track-It! parallel", "tasks": ["sync", "mirror"], "mirrors": [*MIRRORED, "notes"]}

    def reset(self, endpoint, credentials, options, **_):
        self.endpoint, self.options = endpoint, options
        self.web = urllib3.PoolManager(maxsize=WORKERS, block=True, retries=False, timeout=30)
        self.token = Token(self.grant, credentials["username"], credentials["password"])
        self.mirrored = {}

    def bye(self):
        if hasattr(self, "web"):
            self.web.clear()

    def mirror(self):
        return [{"id": str(number), "fields": fields} for number, fields in sorted(self.mirrored.items())]

    def sync(self):
        """Blocks of numbers, until a block reaches further beyond the last ticket than any gap."""
        self.token.failure = None
        self.over = threading.Event()
        low = self.options["first_id"]
        last = max(self.mirrored, default=low - 1)
        with ThreadPoolExecutor(WORKERS) as workers:
            while low <= last + self.options["longest_gap"] + 1:
                block = range(low, low + 2 * WORKERS)
                last = max([last, *filter(None, workers.map(self.one, block))])
                low = block.stop

    def one(self, number):
        """Bring one ticket up to date; its number, if there is such a ticket."""
        if self.over.is_set():
            return None
        try:
            ticket = self.read(f"tickets/{number}")
            notes = ticket and self.notes(number)
        except Failure as failure:
            if failure.status == 403:
                return None  # not for us at the moment
            self.over.set()
            raise
        if not ticket or notes is None:
            self.mirrored.pop(number, None)
            return None
        told = ticket.get("Ticket") or ticket.get("Tickets")
        self.mirrored[number] = {**{name: told.get(name) for name in MIRRORED}, "notes": notes}
        return number

    def notes(self, number):
        """All pages up to an empty one. A note may come twice when others are added meanwhile."""
        found, page = {}, 0
        while True:
            page += 1
            answer = self.read(f"tickets/{number}/Notes/{PAGE}/{page}")
            if answer is None:
                return None
            if not answer["TicketNotes"]:
                return list(found.values())
            for note in answer["TicketNotes"]:
                found[note["1"]] = {name: note.get(name) for name in SHOWN}

    # --- calls ---

    def read(self, path):
        """An answer; None for what is not there."""
        token = self.token.get()
        try:
            try:
                return self.ask_for(path, token)
            except Failure as failure:
                if failure.status != 401:
                    raise
                token = self.token.get(refused=token)
                return self.ask_for(path, token)
        except Failure as failure:
            if failure.status == 401:
                self.token.forget(token)
            if failure.status == self.options["unknown_status"]:
                return None
            raise

    def ask_for(self, path, token):
        return self.answer("GET", path, headers={"Authorization": f"Bearer {token}"})

    def grant(self, form):
        return self.answer("POST", "token", body=urlencode(form), headers={"Content-Type": FORM})

    def answer(self, method, path, **more):
        try:
            got = self.web.request(method, f"{self.endpoint}/{path}", **more)
            told = json.loads(got.data, object_hook=flat)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise Failure("transport", type(error).__name__) from None
        if got.status >= 500 or not isinstance(told, dict):
            raise Failure("transport", f"status {got.status}")
        if got.status >= 400:
            raise Failure("refused", f"status {got.status}", got.status)
        if path != "token" and not told.keys() & {"Ticket", "Tickets", "TicketNotes"}:
            raise Failure("transport", "an answer without what was asked for")
        return told


def flat(found):
    """A field is its value. Records are keyed by number, so no other object has these two names."""
    return found["Value"] if found.keys() == {"DisplayName", "Value"} else found


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
