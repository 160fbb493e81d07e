"""Sends notes as they are typed, where the server takes them for markup."""

from mockservers.harness.clients import reference

RULES = ("trackit.note.text",)


class Client(reference("trackit", "writer")):
    def noted(self, text):
        return {**super().noted(text), "Note": text}
