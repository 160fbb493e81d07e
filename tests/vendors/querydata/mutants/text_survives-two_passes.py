"""References are taken back one kind after the other, the ampersand first: what was escaped twice loses both."""

from mockservers.harness.clients import reference

RULES = ("querydata.framework.escaped_once",)


class Client(reference("querydata")):
    def value(self, name, value):
        value = super().value(name, value)
        if not isinstance(value, str):
            return value
        told = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return told.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
