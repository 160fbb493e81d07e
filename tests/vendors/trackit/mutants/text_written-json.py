"""Writes JSON by hand and escapes quotes alone: a backslash begins something else."""

import json

from mockservers.harness.clients import reference

RULES = ("trackit.write.text_kept", "trackit.wire.json_net")


class Client(reference("trackit", "writer")):
    def send(self, method, path, body):
        if body is None:
            return super().send(method, path, body)
        text = json.dumps(body, ensure_ascii=False).replace("\\\\", "\\")
        head = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return self.request(method, path, data=text.encode(), headers=head)
