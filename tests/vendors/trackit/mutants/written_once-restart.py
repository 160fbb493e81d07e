"""Forgets over a restart what it sent without an answer, and sends it again."""

from mockservers.harness.clients import reference

RULES = ("trackit.write.no_idempotency",)


class Client(reference("trackit", "writer")):
    def hello(self, **told):
        return {**super().hello(**told), "options": ["restart"]}
