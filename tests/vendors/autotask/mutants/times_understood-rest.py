"""Takes times for Eastern clock time, as those of the SOAP service are."""

from mockservers.harness.clients import reference

RULES = ("autotask.rest.values",)


class Client(reference("autotask", "rest")):
    def keep(self, item):
        super().keep(item)
        ticket = self.tickets[item["id"]]
        for name in ("DueDateTime", "CreateDate"):
            if ticket[name]:
                ticket[name] = ticket[name].replace("Z", "-05:00")
