"""A failed call is logged with what was asked."""

from mockservers.harness.clients import reference

RULES = ("querydata.auth.every_call",)


class Client(reference("querydata")):
    def call(self, *asked):
        try:
            return super().call(*asked)
        except Exception as error:
            raise OSError(f"{error}: {self.payload(*asked)}") from error
