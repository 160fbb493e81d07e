"""A type of ticket that is not on the list is taken for a normal one."""

from mockservers.harness.clients import reference

KNOWN = {"Aerial", "Normal", "Meet", "Revision", "Emergency", "Short Notice", "Design", "Damaged Utility", "Recall"}

RULES = ("querydata.details.content",)


class Client(reference("querydata")):
    def value(self, name, value):
        value = super().value(name, value)
        return "Normal" if name == "TicketType" and value not in KNOWN else value
