"""An answer without a body is a window in which nothing happened."""

from mockservers.harness.clients import reference

RULES = ("querydata.window.last_action",)


class Client(reference("querydata")):
    def summary(self, start, end):
        try:
            return super().summary(start, end)
        except Exception as error:
            if "without a" in str(error):
                return []
            raise
