"""Keeps files by their name, of which there can be several."""

from mockservers.harness.clients import reference

RULES = ("trackit.attachment.read",)


class Client(reference("trackit", "assignments")):
    def with_content(self, attachment):
        name = attachment.get("7")
        self.files.setdefault(name, self.content(attachment["1"]))
        return {**attachment, "5": self.files[name]}
