"""Trims every text that it keeps."""

from mockservers.harness.clients import reference

RULES = ("autotask.rest.values",)


class Client(reference("autotask", "rest")):
    def keep(self, item):
        super().keep({name: value.strip() if isinstance(value, str) else value for name, value in item.items()})
