"""Nothing changes about a ticket that is gone, so it stays."""

from mockservers.harness.clients import reference

RULES = ("autotask.ticket.deleted_log",)


class Client(reference("autotask", "rest")):
    def all(self, resource, *conditions):
        return super().all(resource, *conditions) if resource == "Tickets" else ()
