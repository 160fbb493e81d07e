"""Texts are unescaped once more than the XML parser did already."""

from html import unescape

from mockservers.harness.clients import reference

RULES = ("autotask.wire.net_style",)


class Client(reference("autotask")):
    def value(self, element):
        found = super().value(element)
        return unescape(found) if isinstance(found, str) else found
