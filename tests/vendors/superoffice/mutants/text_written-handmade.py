"""Writes JSON by hand, and escapes quotes alone: a backslash in a title means something else there."""

import json

from mockservers.harness.clients import reference

RULES = ("superoffice.call.save", "superoffice.request.json_net")


class Client(reference("superoffice", "writer")):
    def save(self, key, method, entity):
        if entity.get("Title"):
            quoted = entity["Title"].replace('"', '\\"')
            entity["Title"] = json.loads(f'"{quoted}"', strict=False)
        return super().save(key, method, entity)
