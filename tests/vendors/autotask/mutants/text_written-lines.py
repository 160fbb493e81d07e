"""Sends carriage returns as they are; whoever reads XML takes them for line ends."""

from mockservers.harness.clients import reference

RULES = ("autotask.write.length",)


class Client(reference("autotask", "writer")):
    def told(self, name, value):
        return super().told(name, value).replace("&#13;", "\r")
