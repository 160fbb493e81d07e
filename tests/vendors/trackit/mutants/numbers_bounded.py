"""Tries two hundred numbers more at every sync, to be sure."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.unknown", "trackit.delete.answer")


class Client(reference("trackit")):
    def reset(self, options, **rest):
        super().reset(options={**options, "longest_gap": options["longest_gap"] + 200}, **rest)
