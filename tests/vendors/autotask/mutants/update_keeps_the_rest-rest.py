"""Replaces the record where it means to change it: PUT with what changed and what is insisted on."""

from mockservers.harness.clients import reference

RULES = ("autotask.rest.put",)


class Client(reference("autotask", "rest_writer")):
    def write(self, verb, path, body, key=None):
        if verb != "PATCH":
            return super().write(verb, path, body, key)
        item = self.call("GET", f"Tickets/{body['id']}")["item"] or {}
        needed = {name: item.get(name) for name in ("companyID", "priority", "status", "title")}
        return super().write("PUT", path, {**needed, **body}, key)
