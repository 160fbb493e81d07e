"""A reader of SuperOffice that is called: it subscribes to a webhook, and asks for what it may have missed once an hour.

The listener only checks the signature, writes down the ticket's number and answers. What a call says of a ticket may be old
by the time it is read, so the ticket itself is read in the next sync. Calls get lost, and the vendor stops calling after nine
failures: the hourly walk catches up, and looks after the webhook.

mockservers check superoffice --client contracts/superoffice/clients/superoffice_listener.py:Client
mockservers check superoffice --client 'python contracts/superoffice/clients/superoffice_listener.py'
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

import superoffice_reader as reader

NAME = "superoffice_listener"
EVENTS = ["ticket.created", "ticket.changed"]
HOURLY = timedelta(hours=1)


class Client(reader.Client):
    def __init__(self, ask):
        self.ask = ask

    def hello(self, **_):
        told = super().hello()
        return {**told, "name": "SuperOffice listener", "poll_seconds": 3600, "options": [*told["options"], "webhooks"]}

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
        self.target = f"http://127.0.0.1:{self.listener.server_port}/superoffice"

    def bye(self):
        if getattr(self, "listener", None) is not None:
            self.listener.shutdown()
            self.listener.server_close()
        super().bye()

    # --- being called ---

    def called(self, headers, body):
        """What is answered to a call; nothing that takes time is done here."""
        wanted = base64.b64encode(hmac.new(self.secret.encode(), body, hashlib.sha256).digest())
        if not hmac.compare_digest(wanted, headers.get("X-Superoffice-Signature", "").encode()):
            return 403
        told = json.loads(body)
        if told["Event"] in EVENTS:
            with self.lock:
                self.due.add(told["PrimaryKey"])
        return 200

    def subscribe(self):
        """See to it that there is one webhook of ours, that it is active, and that it leads here."""
        found = self.call("POST", "Agents/Webhook/GetAllWebhooks", json={"NameFilter": NAME}) or []
        mine = [each for each in found if each["Name"] == NAME]
        wanted = {"Name": NAME, "Events": EVENTS, "TargetUrl": self.target, "Secret": self.secret, "Type": "webhook"}
        if not mine:
            self.hook = self.call("POST", "Webhook", json={**wanted, "State": "Active"})["WebhookId"]
            return
        self.hook = mine[0]["WebhookId"]
        for more in mine[1:]:
            self.send("DELETE", f"Webhook/{more['WebhookId']}")
        if mine[0]["State"] != "Active" or mine[0]["TargetUrl"] != self.target:
            self.call("PUT", f"Webhook/{self.hook}", json={**mine[0], **wanted, "State": "Active"})

    # --- the job ---

    def sync(self):
        now = datetime.fromisoformat(self.ask.now())
        if self.walked is None or now - self.walked >= HOURLY:
            self.subscribe()  # first, so that nothing falls between the walk and the first call
            super().sync()
            self.walked = now
        with self.lock:
            due = sorted(self.due)
        for ticket in self.read(due):
            self.keep(ticket)
        with self.lock:
            self.due.difference_update(due)  # only what was read; a ticket that is gone is nobody's concern any more


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
