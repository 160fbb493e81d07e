"""Writes minutes and seconds, which are read as hours and minutes."""

from mockservers.harness.clients import reference

RULES = ("trackit.wire.duration", "trackit.wire.duration_two_parts")


class Client(reference("trackit", "writer")):
    def write(self, key, path, body):
        if "Duration" in body:
            body["Duration"] = body["Duration"][3:]
        return super().write(key, path, body)
