"""Knows tickets by their title: of several with the same one the last is left."""

from mockservers.harness.clients import reference

RULES = ("autotask.query.top_500",)


class Client(reference("autotask")):
    def mirror(self):
        records = {each["fields"]["Title"]: each for each in super().mirror()["records"]}
        return {"records": list(records.values())}
