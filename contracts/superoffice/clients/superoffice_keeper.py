"""A listener of SuperOffice that may be ended at any time: what it was told is on the disk before the vendor has its answer.

The vendor never repeats a call that was answered with 200, so what only a process remembers is lost with it. After a start it
listens where it did before, with the same secret, reads what it was told of, and goes on from its last walk.

mockservers check superoffice --client contracts/superoffice/clients/superoffice_keeper.py:Client
mockservers check superoffice --client 'python contracts/superoffice/clients/superoffice_keeper.py'
"""

import json
import os
import sys
from datetime import datetime
from pathlib import Path

import superoffice_listener as listener


class Client(listener.Client):
    def hello(self, **_):
        told = super().hello()
        return {**told, "name": "SuperOffice listener that keeps", "options": [*told["options"], "restart"]}

    def reset(self, state_dir, **given):
        self.told, self.known = Path(state_dir) / "told.json", Path(state_dir) / "known.json"
        super().reset(**given)

    def listen(self, port=0):
        self.recall()
        try:
            super().listen(self.port)
        except OSError:  # somebody else has the port now, so the vendor must be told of another one
            super().listen()
            self.walked = None
        self.port = self.listener.server_port

    # --- what is on the disk ---

    def recall(self):
        """Go on with what an earlier run left."""
        known, told = read(self.known), read(self.told)
        self.port = known.get("port", 0)
        self.secret = known.get("secret", self.secret)
        self.latest, self.walked = (
            known.get(name) and datetime.fromisoformat(known[name]) for name in ("latest", "walked")
        )
        self.tickets = {int(number): ticket for number, ticket in known.get("tickets", {}).items()}
        self.due = set(told.get("due", ()))

    def called(self, headers, body):
        status = super().called(headers, body)
        if status == 200:
            with self.lock:
                write(self.told, {"due": sorted(self.due)})
        return status

    def subscribe(self):
        self.save()  # before the vendor knows port and secret, or a crash would leave a webhook that nobody answers for
        super().subscribe()

    def sync(self):
        try:
            super().sync()
        finally:
            self.save()

    def save(self):
        times = {name: when and when.isoformat() for name, when in (("latest", self.latest), ("walked", self.walked))}
        write(self.known, {"port": self.port, "secret": self.secret, **times, "tickets": self.tickets})
        with self.lock:  # only now: a ticket that is not due any more must stand in the file that was written first
            write(self.told, {"due": sorted(self.due)})


def read(path):
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def write(path, value):
    """All of it or nothing: a process may end in the middle of a line."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(value), "utf-8")
    os.replace(fresh, path)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "clients"))  # the glue
    from session import serve

    serve(Client)
