"""Keeps its settings in a file, the password among them."""

import json
from pathlib import Path

from mockservers.harness.clients import reference

RULES = ("autotask.user.login",)


class Client(reference("autotask")):
    def reset(self, state_dir, **rest):
        super().reset(state_dir=state_dir, **rest)
        (Path(state_dir) / "settings").write_text(json.dumps(rest["credentials"]), "utf-8")
