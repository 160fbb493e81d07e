"""Escapes texts twice when it writes them, because queries need that."""

from xml.sax.saxutils import escape

from mockservers.harness.clients import reference

RULES = ("autotask.request.query_text",)


class Client(reference("autotask", "writer")):
    def told(self, name, value):
        return super().told(name, escape(value) if isinstance(value, str) else value)
