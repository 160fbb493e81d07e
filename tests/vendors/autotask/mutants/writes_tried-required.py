"""Leaves out what a note must have: each is refused, the client says so, and nobody's notes ever arrive."""

from mockservers.harness.clients import reference

RULES = ("autotask.create.required",)


class Client(reference("autotask", "writer")):
    def elements(self, fields):
        return super().elements({name: value for name, value in fields.items() if name != "Publish"})
