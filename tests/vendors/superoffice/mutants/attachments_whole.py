"""Takes every file for text, and keeps it in UTF-8."""

from mockservers.harness.clients import reference

RULES = ("superoffice.attachment.content",)


class Client(reference("superoffice", "files")):
    def content(self, attachment):
        held = super().content(attachment)
        return held and held.decode("utf-8", "replace").encode()
