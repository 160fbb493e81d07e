"""Closes without a body."""

from mockservers.harness.clients import reference

RULES = ("trackit.close.body",)


class Client(reference("trackit", "writer")):
    def in_steps(self, record, action, body, is_done):
        super().in_steps(record, action, None if action == "Close" else body, is_done)
