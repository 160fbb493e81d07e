"""Sends the customer with no update, though the server requires one."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.write.cid",)


class Client(reference("get_tickets", "writer")):
    def write(self, action, values, key=None):
        if action == "update_ticket":
            values = {name: value for name, value in values.items() if name != "cid"}
        return super().write(action, values, key)
