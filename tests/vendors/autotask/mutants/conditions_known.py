"""Calls an operator as other services do; the condition is dropped, and every sync reads everything."""

from mockservers.harness.clients import reference

RULES = ("autotask.rest.unknown_operator",)


class Client(reference("autotask", "rest")):
    def call(self, verb, path, body=None):
        if body and "filter" in body:
            body = {"filter": [{**each, "op": "ge" if each["op"] == "gte" else each["op"]} for each in body["filter"]]}
        return super().call(verb, path, body)
