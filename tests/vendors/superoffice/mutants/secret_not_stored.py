"""Keeps all that it was given in a file, the application token among it."""

import json
from pathlib import Path

from mockservers.harness.clients import reference

RULES = ("superoffice.auth.app_token",)


class Client(reference("superoffice")):
    def reset(self, state_dir, **rest):
        super().reset(state_dir=state_dir, **rest)
        (Path(state_dir) / "settings").write_text(json.dumps(rest["credentials"]), "utf-8")
