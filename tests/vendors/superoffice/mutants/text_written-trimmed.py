"""Trims the texts that it writes."""

from mockservers.harness.clients import reference

RULES = ("superoffice.call.save",)


class Client(reference("superoffice", "writer")):
    def save(self, key, method, entity):
        if entity.get("Title"):
            entity["Title"] = " ".join(entity["Title"].split())
        return super().save(key, method, entity)
