"""Forgets over a restart what it sent without an answer, and sends it again."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.write.no_idempotency",)


class Client(reference("get_tickets", "writer")):
    def hello(self, **told):
        told = super().hello(**told)
        return {**told, "options": [*told["options"], "restart"]}
