"""It goes on from the latest action that it saw, and what happened before that and showed up later is never asked for."""

from mockservers.harness.clients import reference

RULES = ("querydata.visibility.lag", "querydata.window.overlap")


class Client(reference("querydata", "sqlite")):
    def reset(self, options, **rest):
        super().reset(options={**options, "lag_seconds": 0}, **rest)
