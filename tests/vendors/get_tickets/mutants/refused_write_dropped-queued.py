"""Keeps what was refused in a queue, and sends it again with the next sync."""

from contextlib import suppress

from get_tickets_reader import Refused

from mockservers.harness.clients import reference

RULES = ("get_tickets.write.source",)


class Client(reference("get_tickets", "writer")):
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
