"""Escapes a query once, for the envelope; a title with an ampersand makes it no QueryXML any more."""

from mockservers.harness.clients import reference

RULES = ("autotask.request.query_text",)


class Client(reference("autotask", "plain_writer")):
    def query(self, entity, conditions):
        return super().query(entity, conditions.replace("&amp;", "&"))
