"""Nothing changes about a ticket that is gone, so it stays."""

from mockservers.harness.clients import reference

RULES = ("autotask.ticket.deleted_log",)


class Client(reference("autotask")):
    def all(self, entity, *rest, **more):
        return super().all(entity, *rest, **more) if entity == "Ticket" else ()
