"""A window whose end lies before its beginning on the wall is turned round, and so are its minutes in the repeated hour."""

from datetime import timedelta

from mockservers.harness.clients import reference

RULES = ("querydata.window.reversed",)


class Client(reference("querydata")):
    def summary(self, start, end):
        return (
            super().summary(end + timedelta(minutes=1), start)
            if end - start < timedelta(minutes=1)
            else super().summary(start, end)
        )
