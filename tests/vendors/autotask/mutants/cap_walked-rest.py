"""Takes the first page for all of them: nobody follows nextPageUrl."""

from mockservers.harness.clients import reference

RULES = ("autotask.rest.pages",)


class Client(reference("autotask", "rest")):
    def all(self, resource, *conditions):
        yield from self.call("POST", f"{resource}/query", {"filter": [condition(*each) for each in conditions]})[
            "items"
        ]


def condition(operator, field, value):
    return {"op": operator, "field": field, "value": value}
