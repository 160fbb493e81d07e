"""Windows are written to the second, as the page does not."""

from mockservers.harness.clients import reference


class Client(reference("querydata")):
    def minute(self, moment):
        return moment.astimezone(self.zone).strftime("%Y/%m/%d %H:%M:%S")
