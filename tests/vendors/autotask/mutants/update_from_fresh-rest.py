"""Sends back the whole ticket as the last sync saw it, and so undoes what others did since."""

from mockservers.harness.clients import reference

RULES = ("autotask.rest.put",)


class Client(reference("autotask", "rest_writer")):
    def reset(self, **given):
        super().reset(**given)
        self.items = {}

    def keep(self, item):
        self.items.setdefault(item["id"], item)
        super().keep(item)

    def sync(self):
        self.items = {}
        super().sync()

    def write(self, verb, path, body, key=None):
        if verb == "PATCH" and body["id"] in self.items:
            return super().write("PUT", path, {**self.items[body["id"]], **body}, key)
        return super().write(verb, path, body, key)
