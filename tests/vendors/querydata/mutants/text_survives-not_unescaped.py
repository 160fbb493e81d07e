"""The result is cut out of the message as text, and never un-escaped."""

from xml.sax.saxutils import escape

from mockservers.harness.clients import reference

RULES = ("querydata.framework.escaped_once",)


class Client(reference("querydata")):
    def value(self, name, value):
        value = super().value(name, value)
        return escape(value) if name in ("Remarks", "LocateInstructions") and value else value
