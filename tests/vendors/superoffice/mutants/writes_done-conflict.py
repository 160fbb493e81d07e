"""Takes 409 for done: the ticket has another status than was tested, and stays open."""

from mockservers.harness.clients import reference

RULES = ("superoffice.rest.patch_test",)


class Client(reference("superoffice", "patcher")):
    def patch(self, number, changes, condition=None):
        try:
            return super().patch(number, changes, condition)
        except Exception as error:
            if "409" not in str(error):
                raise
            return None
