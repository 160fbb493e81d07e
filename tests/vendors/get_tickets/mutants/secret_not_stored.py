"""Writes down where it asked, the key in the address included."""

from pathlib import Path

from mockservers.harness.clients import reference

RULES = ("get_tickets.key.secret",)


class Client(reference("get_tickets")):
    def reset(self, state_dir, **rest):
        super().reset(state_dir=state_dir, **rest)
        (Path(state_dir) / "settings").write_text(f"{rest['endpoint']}?key={rest['credentials']['key']}", "utf-8")
