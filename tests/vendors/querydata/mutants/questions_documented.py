"""Windows are written to the second, as the page does not."""

from mockservers.harness.clients import reference

RULES = ("querydata.window.minute_notation",)


class Client(reference("querydata")):
    def minute(self, moment):
        return moment.astimezone(self.zone).strftime("%Y/%m/%d %H:%M:%S")
