"""Uses an activity code that only assignments have."""

from mockservers.harness.clients import reference

RULES = ("trackit.note.activity_for_tickets",)


class Client(reference("trackit", "writer")):
    def reset(self, **given):
        super().reset(**given)
        self.activity = "Assignment Work"
