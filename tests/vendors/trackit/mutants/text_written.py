"""Sends what does not fit into Latin-1 as question marks."""

from mockservers.harness.clients import reference

RULES = ("trackit.write.text_kept",)


class Client(reference("trackit", "writer")):
    def write(self, key, path, body):
        return super().write(key, path, told(body))


def told(value):
    if isinstance(value, dict):
        return {name: told(each) for name, each in value.items()}
    return value.encode("latin-1", "replace").decode("latin-1") if isinstance(value, str) else value
