"""Times without an offset are taken for UTC."""

from mockservers.harness.clients import reference

RULES = ("autotask.time.eastern",)


class Client(reference("autotask")):
    def value(self, element):
        found = super().value(element)
        return f"{element.text}+00:00" if str(element.attrib).endswith("dateTime'}") else found
