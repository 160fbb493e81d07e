"""Knows elements of XML by their whole name, which may have a namespace."""

import xml.etree.ElementTree as ElementTree

from mockservers.harness.clients import reference

RULES = ("superoffice.media.xml",)


class Client(reference("superoffice", "sweeper")):
    def decoded(self, answer):
        if b"<ArrayOfTicket" in answer.content and ElementTree.fromstring(answer.content).tag != "ArrayOfTicket":
            raise KeyError("ArrayOfTicket")
        return super().decoded(answer)
