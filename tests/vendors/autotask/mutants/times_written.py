"""Writes times as UTC clock time without a mark; the vendor reads them as Eastern."""

from mockservers.harness.clients import reference

RULES = ("autotask.time.eastern",)


class Client(reference("autotask", "writer")):
    def told(self, name, value):
        made = super().told(name, value)
        if "xsd:dateTime" not in made or not isinstance(value, str):
            return made
        return f'<{name} xsi:type="xsd:dateTime">{value.replace("Z", "")[:19]}</{name}>'
