"""Asks for what has changed after the latest second, which leaves out the rest of that second."""

from datetime import timedelta

from mockservers.harness.clients import reference

RULES = ("superoffice.carrier.seconds",)


class Client(reference("superoffice")):
    def rows(self, options):
        if self.latest:
            known = f"afterTime '{self.latest - timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}'"
            options["$filter"] = options["$filter"].replace(known, f"afterTime '{self.latest:%Y-%m-%dT%H:%M:%S}'")
        return super().rows(options)
