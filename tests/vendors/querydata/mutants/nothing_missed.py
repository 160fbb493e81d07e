"""Windows do not overlap: the next begins where the last one ended, so what shows up late is never seen."""

from mockservers.harness.clients import reference

RULES = ("querydata.window.overlap", "querydata.visibility.lag")


class Client(reference("querydata")):
    def reset(self, options, **rest):
        super().reset(options={**options, "lag_seconds": 0}, **rest)
