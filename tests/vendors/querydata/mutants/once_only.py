"""Every answer is kept beside the older ones instead of in their place."""

from mockservers.harness.clients import reference

RULES = ("querydata.repeat.is_normal",)


class Client(reference("querydata")):
    def reset(self, **message):
        super().reset(**message)
        self.answers = []

    def details(self, ticket):
        found = super().details(ticket)
        self.answers += found
        return found

    def mirror(self):
        records = []
        for found in self.answers:
            self.tickets = {str(found["UtilisphereID"]): found}
            records += super().mirror()["records"]
        return {"records": records}
