"""Books minutes as if they were hours."""

from mockservers.harness.clients import reference

RULES = ("autotask.time.hours",)


class Client(reference("autotask", "writer")):
    def work(self, text, minutes):
        return {**super().work(text, minutes), "HoursWorked": min(minutes, 24)}
