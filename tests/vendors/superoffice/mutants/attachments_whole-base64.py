"""Reads files as JSON, and keeps the base64 that stands there."""

from mockservers.harness.clients import reference

RULES = ("superoffice.attachment.content",)


class Client(reference("superoffice", "files")):
    def content(self, attachment):
        body = {"AttachmentId": attachment["AttachmentId"]}
        held = self.call("POST", "Agents/Ticket/GetAttachmentStream", json=body)
        return held and held.encode()
