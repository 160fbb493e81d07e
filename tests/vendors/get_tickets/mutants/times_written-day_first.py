"""Writes the month first, whatever the server's culture."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.write.dates",)


class Client(reference("get_tickets", "writer")):
    def text(self, name, value):
        dates, self.dates = self.dates, "%m/%d/%Y %I:%M:%S %p"
        try:
            return super().text(name, value)
        finally:
            self.dates = dates

    def checked(self, tid, fields):
        pass
