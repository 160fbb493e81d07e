"""Keeps the last question beside its copy, with the AuthCode in it."""

import json
from pathlib import Path

from mockservers.harness.clients import reference

RULES = ("querydata.auth.every_call",)


class Client(reference("querydata")):
    def reset(self, state_dir, **rest):
        super().reset(state_dir=state_dir, **rest)
        (Path(state_dir) / "settings").write_text(
            json.dumps({"QueryData_V1": {"AuthCode": rest["credentials"]["AuthCode"]}}), "utf-8"
        )
