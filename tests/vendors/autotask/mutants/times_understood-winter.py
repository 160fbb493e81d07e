"""Eastern time is five hours behind, all the year."""

from datetime import timedelta, timezone

from mockservers.harness.clients import reference

RULES = ("autotask.time.eastern",)


class Client(reference("autotask")):
    def reset(self, options, **rest):
        super().reset(options=options, **rest)
        if options["time_zone"] != "UTC":
            self.zone = timezone(timedelta(hours=-5))
