"""Cuts titles at eight characters, though the vendor takes 255."""

from mockservers.harness.clients import reference

RULES = ("superoffice.call.save_checks", "superoffice.carrier.field_properties")


class Client(reference("superoffice", "writer")):
    def save(self, key, method, entity):
        if entity.get("Title"):
            entity["Title"] = entity["Title"][:8]
        return super().save(key, method, entity)
