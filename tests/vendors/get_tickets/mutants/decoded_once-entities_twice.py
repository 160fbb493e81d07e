"""Ampersands are put back before all other entities, and what was text becomes an entity."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.wire.raw_fields",)


class Client(reference("get_tickets", "sqlite")):
    def pairs(self, found):
        marks = (("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"))
        return {name: self.plain(value, marks) for name, value in reversed(found)}

    def plain(self, value, marks):
        for mark, sign in marks:
            value = value.replace(mark, sign)
        return value
