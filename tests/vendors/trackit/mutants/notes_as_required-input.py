"""Wraps the body into the name that the documentation prints before it."""

from mockservers.harness.clients import reference

RULES = ("trackit.wire.body_is_input",)


class Client(reference("trackit", "writer")):
    def in_steps(self, record, action, body, is_done):
        super().in_steps(record, action, {"closeInput": body} if action == "Close" else body, is_done)
