"""Asks for system notes too and takes them for what people wrote."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.system_notes",)


class Client(reference("trackit")):
    def get(self, path):
        return super().get(f"{path}?SystemNote=true" if "/Notes/" in path else path)

    def notes(self, number):
        notes = super().notes(number)
        return notes and [{name: value for name, value in note.items() if name != "14"} for note in notes]
