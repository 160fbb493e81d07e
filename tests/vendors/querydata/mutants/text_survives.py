"""The text inside the answer is un-escaped a second time."""

import html

from mockservers.harness.clients import reference

RULES = ("querydata.framework.escaped_once",)


class Client(reference("querydata")):
    def value(self, name, value):
        value = super().value(name, value)
        return html.unescape(value) if isinstance(value, str) else value
