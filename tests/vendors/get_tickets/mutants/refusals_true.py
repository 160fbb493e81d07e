"""Takes an answer that did not come for a refusal."""

from mockservers.harness.clients import reference

Correct = reference("get_tickets", "writer")

from get_tickets_reader import Refused, Unusable  # noqa: E402 - it is there now

RULES = ("get_tickets.write.reply",)


class Client(Correct):
    def write(self, action, values, key=None):
        try:
            return super().write(action, values, key)
        except Unusable as error:
            raise Refused(str(error)) from None
