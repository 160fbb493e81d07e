"""Does not know custom fields, and so sends none back."""

from mockservers.harness.clients import reference

RULES = ("superoffice.call.save",)


class Client(reference("superoffice", "writer")):
    def save(self, key, method, entity):
        if key is None:
            entity.pop("CustomFields", None)
        return super().save(key, method, entity)
