"""Un-escapes texts, as if they were HTML."""

from html import unescape

from mockservers.harness.clients import reference

RULES = ("trackit.write.text_kept",)


class Client(reference("trackit")):
    def read(self, number):
        ticket = super().read(number)
        return ticket and {name: unescape(value) if isinstance(value, str) else value for name, value in ticket.items()}
