"""Takes what is false or zero for nothing."""

from mockservers.harness.clients import reference

RULES = ("trackit.wire.value_types",)


class Client(reference("trackit")):
    def read(self, number):
        ticket = super().read(number)
        return ticket and {name: value or None for name, value in ticket.items()}
