"""The month comes first, whatever the server's culture."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.date.output",)


class Client(reference("get_tickets")):
    def value(self, name, text):
        if name == "date_opened" and self.dates.startswith("%d") and text:
            day, month, rest = text.split("/", 2)
            if int(day) <= 12:
                text = f"{month}/{day}/{rest}"
        return super().value(name, text)
