"""Keeps what arrived of a file, whole or not, and never looks again."""

from mockservers.harness.clients import reference

RULES = ("superoffice.attachment.content",)


class Client(reference("superoffice", "files")):
    def content(self, attachment):
        try:
            return super().content(attachment)
        except Exception:
            return b""
