"""Nought is taken for nothing."""

from mockservers.harness.clients import reference

RULES = ("querydata.details.content",)


class Client(reference("querydata")):
    def value(self, name, value):
        return super().value(name, value) or None if name == "DepthInches" else super().value(name, value)
