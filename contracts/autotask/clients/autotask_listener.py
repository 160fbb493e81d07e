"""A reader of Autotask's REST service that is called: it has a webhook, and asks once an hour for what it missed.

The listener only checks the signature, writes down the ticket's number and answers. What a call says of a ticket may be old
by the time it is read, so the ticket itself is read in the next sync; one that is not found then was deleted. Calls get lost,
and the vendor stops calling after too many failures: the hourly walk catches up, and looks after the webhook. No call tells of
a note or of time spent, which move the last activity alone; so the copy does not promise that one.

mockservers check autotask --client contracts/autotask/clients/autotask_listener.py:Client
mockservers check autotask --client 'python contracts/autotask/clients/autotask_listener.py'
"""

import base64
import hashlib
import hmac
import json
import secrets
import sys
import threading
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import autotask_rest as reader

NAME = "autotask_listener"
HOURLY = timedelta(hours=1)
UNTOLD = {"createdate", "lastactivitydate"}  # one never moves, the other moves with everything


class Client(reader.Client):
    def __init__(self, ask):
        self.ask = ask

    def hello(self, **_):
        told = super().hello()
        mirrors = [name for name in told["mirrors"] if name != "LastActivityDate"]
        options = [*told["options"], "webhooks"]
        return {**told, "name": "Autotask listener", "poll_seconds": 3600, "mirrors": mirrors, "options": options}

    def reset(self, **given):
        self.bye()
        super().reset(**given)
        self.due, self.lock = set(), threading.Lock()
        self.secret = secrets.token_urlsafe(24)
        self.walked = None  # when all changes were asked for last
        self.hook = None
        self.listen()

    def listen(self, port=0):
        self.listener = ThreadingHTTPServer(("127.0.0.1", port), listening(self))
        threading.Thread(target=self.listener.serve_forever, args=(0.05,), daemon=True).start()
        self.target = f"http://127.0.0.1:{self.listener.server_port}/autotask"

    def bye(self):
        if getattr(self, "listener", None) is not None:
            self.listener.shutdown()
            self.listener.server_close()
        super().bye()

    # --- being called ---

    def called(self, headers, body):
        """What is answered to a call; nothing that takes time is done here."""
        wanted = b"sha1=" + base64.b64encode(hmac.new(self.secret.encode(), body, hashlib.sha1).digest())
        if not hmac.compare_digest(wanted, headers.get("X-Hook-Signature", "").encode()):
            return 403
        told = json.loads(body)
        if told["Action"] == "Deactivated":
            self.walked = None  # the next sync sets it active again, and finds what it was not told of
        elif told["EntityType"] == "Ticket":
            with self.lock:
                self.due.add(told["Id"])
        return 200

    def subscribe(self):
        """See to it that there is one webhook of ours, that it is active, and that it leads here."""
        mine = list(self.all("TicketWebhooks", ("eq", "name", NAME)))
        wanted = {
            "isActive": True,
            "webhookUrl": self.target,
            "deactivationUrl": f"{self.target}/stopped",
            "secretKey": self.secret,
        }
        if not mine:
            told = {f"isSubscribedTo{deed}Events": True for deed in ("Create", "Update", "Delete")}
            made = {**wanted, **told, "name": NAME, "sendThresholdExceededNotification": False}
            self.hook = self.call("POST", "TicketWebhooks", made)["itemId"]
        else:
            self.hook = mine[0]["id"]
            if any(mine[0][name] != value for name, value in wanted.items()):
                self.call("PATCH", "TicketWebhooks", {"id": self.hook, **wanted})
        for more in mine[1:]:
            self.call("DELETE", f"TicketWebhooks/{more['id']}")
        self.choose_fields()

    def choose_fields(self):
        """Without a field that it is subscribed to, a webhook calls nobody."""
        known = {each["fieldID"] for each in self.call("GET", f"TicketWebhooks/{self.hook}/Fields")["items"]}
        described = self.call("GET", "TicketWebhookFields/entityInformation/fields")["fields"]
        choices = next(each["picklistValues"] for each in described if each["name"] == "fieldID")
        wanted = {name.lower() for name in reader.FIELDS.values()} - UNTOLD
        for choice in choices:
            number = int(choice["value"])
            if choice["label"].lower() in wanted and number not in known:
                field = {"fieldID": number, "isSubscribedField": True, "isDisplayAlwaysField": False}
                self.call("POST", f"TicketWebhooks/{self.hook}/Fields", field)

    # --- the job ---

    def sync(self):
        now = datetime.fromisoformat(self.ask.now())
        if self.walked is None or now - self.walked >= HOURLY:
            self.walked = (
                now  # before anything is asked: whoever is told meanwhile that calls have stopped, walks again
            )
            try:
                self.subscribe()  # first, so that nothing falls between the walk and the first call
                super().sync()
            except Exception:
                self.walked = None
                raise
        with self.lock:
            due = sorted(self.due)
        for start in range(0, len(due), reader.MOST):
            self.read(due[start : start + reader.MOST])
        with self.lock:
            self.due.difference_update(due)

    def read(self, numbers):
        """Take these tickets as they are now; those that are not found are there no more."""
        found = list(self.all("Tickets", ("in", "id", numbers)))
        for item in found:
            self.keep(item)
        for number in set(numbers) - {item["id"] for item in found}:
            self.tickets.pop(number, None)


def listening(client):
    class Listener(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                status = client.called(self.headers, body)
            except (ValueError, KeyError, TypeError):
                status = 400
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Listener


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
