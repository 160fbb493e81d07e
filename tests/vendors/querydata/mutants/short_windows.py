"""However long the gap is, it is asked for in one window."""

from mockservers.harness.clients import reference

RULES = ("querydata.window.short",)


class Client(reference("querydata")):
    def reset(self, options, **rest):
        super().reset(options={**options, "window_minutes": 100_000}, **rest)
