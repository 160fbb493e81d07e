"""Mirrors the entity that create gave back, of which nothing but the id can be relied on."""

from mockservers.harness.clients import reference

RULES = ("autotask.create.only_id",)


class Client(reference("autotask", "writer")):
    def call(self, operation, body):
        result = super().call(operation, body)
        if operation == "create" and 'xsi:type="Ticket"' in body:
            self.keep(result.find("{*}EntityResults/{*}Entity"))
        return result

    def look_again(self, number):
        pass
