"""Takes times for those of the office."""

from mockservers.harness.clients import reference

RULES = ("trackit.wire.timestamp",)


class Client(reference("trackit")):
    def read(self, number):
        ticket = super().read(number)
        for name in ("100", "81", "12") if ticket else ():
            if name in ticket:
                ticket[name] = ticket[name].replace("Z", "-05:00")
        return ticket
