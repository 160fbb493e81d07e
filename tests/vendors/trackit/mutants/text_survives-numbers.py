"""Makes numbers of texts that look like some."""

from mockservers.harness.clients import reference

RULES = ("trackit.wire.value_types",)


class Client(reference("trackit")):
    def read(self, number):
        ticket = super().read(number)
        return ticket and {
            name: int(value) if isinstance(value, str) and value.isdecimal() else value
            for name, value in ticket.items()
        }
