"""Looks for items in any answer: a list of errors has none, so all tickets seem to be gone."""

from mockservers.harness.clients import reference

RULES = ("autotask.rest.errors",)


class Client(reference("autotask", "rest")):
    def sync(self):
        self.tickets, self.latest = {}, ""
        super().sync()

    def call(self, verb, path, body=None):
        try:
            return super().call(verb, path, body)
        except Exception as error:
            if getattr(error, "kind", "") != "refused" or "/query" not in path:
                raise
            return {"items": [], "pageDetails": {"nextPageUrl": None}}
