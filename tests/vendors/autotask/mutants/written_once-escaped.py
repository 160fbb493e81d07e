"""Escapes the values of a query once too often, and so finds nothing that has an ampersand in it."""

from mockservers.harness.clients import reference

RULES = ("autotask.request.query_text", "autotask.write.duplicate")


class Client(reference("autotask", "plain_writer")):
    def query(self, entity, conditions):
        return super().query(entity, conditions.replace("&amp;", "&amp;amp;"))
