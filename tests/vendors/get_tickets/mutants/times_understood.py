"""The hour is read without its AM or PM."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.date.output",)


class Client(reference("get_tickets")):
    def value(self, name, text):
        if name == "date_opened" and text.endswith(("AM", "PM")):
            text = text[:-2] + "AM"
        return super().value(name, text)
