"""A text that looks like a number is one."""

from mockservers.harness.clients import reference

RULES = ("querydata.details.content",)


class Client(reference("querydata")):
    def value(self, name, value):
        value = super().value(name, value)
        try:
            return int(value) if name in ("Remarks", "LocateInstructions", "TicketNumber") else value
        except (TypeError, ValueError):
            return value
