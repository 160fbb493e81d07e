"""Counts Norwegian time as one hour ahead of UTC all the year."""

from mockservers.harness.clients import reference

RULES = ("superoffice.time.offset",)


class Client(reference("superoffice")):
    def read(self, numbers):
        for ticket in super().read(numbers):
            yield {name: value[:19] + "+01:00" if str(value)[10:11] == "T" else value for name, value in ticket.items()}

    def send(self, verb, path, **request):
        zone = {"SO-TimeZone": "NO"} if path.endswith("GetTickets") else {}
        return super().send(verb, path, headers=zone, **request)
