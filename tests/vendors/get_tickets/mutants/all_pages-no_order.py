"""Pages are asked for without an order, as if the server promised one of its own."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.order.default", "get_tickets.page.unstable")


class Client(reference("get_tickets")):
    def call(self, **variables):
        variables.pop("order", None)
        return super().call(**variables)
