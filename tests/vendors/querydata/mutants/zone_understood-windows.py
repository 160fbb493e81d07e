"""Windows are written in UTC, whatever the tenant's clocks show."""

from datetime import UTC

from mockservers.harness.clients import reference

RULES = ("querydata.window.zone",)


class Client(reference("querydata")):
    def minute(self, moment):
        return moment.astimezone(UTC).strftime("%Y/%m/%d %H:%M")
