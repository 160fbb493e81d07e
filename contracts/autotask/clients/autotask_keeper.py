"""A listener of Autotask that may be ended at any time: what it was told is on the disk before the vendor has its answer.

The vendor never repeats a call that was answered well, so what only a process remembers is lost with it. After a start it
listens where it did before, with the same secret, reads what it was told of, and goes on from its last walk.

mockservers check autotask --client contracts/autotask/clients/autotask_keeper.py:Client
mockservers check autotask --client 'python contracts/autotask/clients/autotask_keeper.py'
"""

import json
import os
import sys
from datetime import datetime
from pathlib import Path

import autotask_listener as listener


class Client(listener.Client):
    def hello(self, **_):
        told = super().hello()
        return {**told, "name": "Autotask listener that keeps", "options": [*told["options"], "restart"]}

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
        self.latest, self.deletion = known.get("latest", ""), known.get("deletion", 0)
        self.tickets = {int(number): ticket for number, ticket in known.get("tickets", {}).items()}
        self.due, self.stopped = set(told.get("due", ())), told.get("stopped", False)
        if known.get("walked") and not self.stopped:
            self.walked = datetime.fromisoformat(known["walked"])

    def called(self, headers, body):
        status = super().called(headers, body)
        if status == 200:
            with self.lock:
                self.stopped = self.stopped or self.walked is None
                self.note()
        return status

    def note(self):
        """What was told: tickets to be read, and whether the vendor said that it calls no more."""
        write(self.told, {"due": sorted(self.due), "stopped": self.stopped})

    def subscribe(self):
        self.save(
            None
        )  # before the vendor knows port and secret, or a crash would leave a webhook that nobody answers for
        super().subscribe()

    def sync(self):
        try:
            super().sync()
        finally:
            self.save(self.walked)

    def save(self, walked):
        known = {"port": self.port, "secret": self.secret, "latest": self.latest, "deletion": self.deletion}
        write(self.known, {**known, "walked": walked and walked.isoformat(), "tickets": self.tickets})
        with self.lock:  # only now: a ticket that is not due any more must stand in the file that was written first
            self.stopped = self.walked is None
            self.note()


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
