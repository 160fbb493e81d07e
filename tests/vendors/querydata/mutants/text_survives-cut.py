"""Texts are cut where a column of the database ends."""

from mockservers.harness.clients import reference

RULES = ("querydata.details.content",)


class Client(reference("querydata")):
    def value(self, name, value):
        value = super().value(name, value)
        return value[:2000] if isinstance(value, str) else value
