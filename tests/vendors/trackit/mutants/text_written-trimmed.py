"""Trims what it is told to write."""

from mockservers.harness.clients import reference

RULES = ("trackit.write.text_kept",)


class Client(reference("trackit", "writer")):
    def update(self, record, fields):
        super().update(
            record, {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
        )
