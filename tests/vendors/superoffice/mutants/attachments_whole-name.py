"""Knows a file by its name, so the second of that name is not fetched."""

from mockservers.harness.clients import reference

RULES = ("superoffice.attachment.carrier",)


class Client(reference("superoffice", "files")):
    def content(self, attachment):
        self.named = getattr(self, "named", {})
        name = attachment["Name"]
        if name not in self.named:
            self.named[name] = super().content(attachment)
        return self.named[name]
