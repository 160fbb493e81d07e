"""Takes what stands after the point for microseconds; there are seven digits."""

from datetime import datetime, timedelta

from mockservers.harness.clients import reference

RULES = ("trackit.wire.timestamp",)


class Client(reference("trackit")):
    def read(self, number):
        ticket = super().read(number)
        for name in ("2", "12", "100") if ticket else ():
            if name in ticket:
                second, fraction = ticket[name].rstrip("Z").split(".")
                moment = datetime.fromisoformat(f"{second}+00:00") + timedelta(microseconds=int(fraction))
                ticket[name] = moment.isoformat()
        return ticket
