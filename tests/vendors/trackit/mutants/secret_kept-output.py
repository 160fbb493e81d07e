"""Prints what it logs in with, for debugging."""

from mockservers.harness.clients import reference

RULES = ("trackit.token.form",)


class Client(reference("trackit")):
    def grant(self, **form):
        print("POST token", form)
        return super().grant(**form)
