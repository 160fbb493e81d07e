"""The first ticket whose Details are refused ends the sync, so one that is gone keeps the others from being read for ever."""

from mockservers.harness.clients import reference

RULES = ("querydata.visibility.tenant",)


class Client(reference("querydata")):
    def fetch(self, ticket):
        try:
            super().fetch(ticket)
        except Exception as error:
            raise OSError(str(error)) from error
