"""Takes an answer that did not come for a refusal."""

from get_tickets_reader import Refused, Unusable

from mockservers.harness.clients import reference

RULES = ("get_tickets.write.reply",)


class Client(reference("get_tickets", "writer")):
    def write(self, action, values, key=None):
        try:
            return super().write(action, values, key)
        except Unusable as error:
            raise Refused(str(error)) from None
