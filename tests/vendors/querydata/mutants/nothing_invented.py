"""Details that failed leave a ticket without a number behind."""

from mockservers.harness.clients import reference

RULES = ("querydata.error.form",)


class Client(reference("querydata")):
    def details(self, ticket):
        try:
            return super().details(ticket)
        except Exception:
            return [{"UtilisphereID": 0}]
