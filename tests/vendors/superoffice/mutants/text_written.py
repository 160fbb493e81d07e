"""Escapes texts for HTML before it writes them."""

from html import escape

from mockservers.harness.clients import reference

RULES = ("superoffice.call.save", "superoffice.call.messages")


class Client(reference("superoffice", "writer")):
    def save(self, key, method, entity):
        for name in ("Title", "Body"):
            if entity.get(name):
                entity[name] = escape(entity[name])
        return super().save(key, method, entity)
