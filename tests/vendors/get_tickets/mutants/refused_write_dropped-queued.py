"""Keeps what was refused in a queue, and sends it again with the next sync."""

from contextlib import suppress

from mockservers.harness.clients import reference

Correct = reference("get_tickets", "writer")

from get_tickets_reader import Refused  # noqa: E402 - it is there now

RULES = ("get_tickets.write.source",)


class Client(Correct):
    def reset(self, **message):
        super().reset(**message)
        self.queue = []

    def write(self, action, values, key=None):
        try:
            return super().write(action, values, key)
        except Refused:
            self.queue.append((action, values))
            raise

    def sync(self):
        queue, self.queue = self.queue, []
        for action, values in queue:
            with suppress(Refused):
                self.write(action, values)
        super().sync()
