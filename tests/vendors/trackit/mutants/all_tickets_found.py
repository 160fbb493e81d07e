"""Gives up after twenty numbers in a row without a ticket, as a published client does."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.unknown", "trackit.delete.answer")


class Client(reference("trackit")):
    def reset(self, options, **rest):
        super().reset(options={**options, "longest_gap": min(options["longest_gap"], 19)}, **rest)
