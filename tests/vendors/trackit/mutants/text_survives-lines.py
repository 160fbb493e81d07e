"""Makes all ends of lines alike."""

from mockservers.harness.clients import reference

RULES = ("trackit.write.text_kept",)


class Client(reference("trackit")):
    def read(self, number):
        ticket = super().read(number)
        return ticket and {
            name: "\n".join(value.splitlines()) if isinstance(value, str) else value for name, value in ticket.items()
        }
