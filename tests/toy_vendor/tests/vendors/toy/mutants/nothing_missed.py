"""Reads the first page only."""

from mockservers.harness.clients import reference

RULES = ("toy.list.pages",)


class Client(reference("toy")):
    def ask(self, variables):
        answer = super().ask(variables)
        answer.pop("next", None)
        return answer
