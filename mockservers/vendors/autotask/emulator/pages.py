"""What ExecuteCommand addresses answer: a plain page that says what the user interface would open.

There is no user interface behind it. Part of the wire; knows no table.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mockservers.vendors.autotask.emulator.semantics.commands import Opened
from mockservers.wirekit import templates

_FOLDER = Path(__file__).resolve().parent / "templates"


def _page(title: str, sentence: str, entity: str | None = None, matches: Iterable[tuple[int, str]] = ()) -> str:
    return templates.render(
        "command_page.html.j2", folder=_FOLDER, title=title, sentence=sentence, entity=entity or "", matches=matches
    )


def opened(found: Opened) -> str:
    """The page for an address that leads somewhere; several matches are listed."""
    said = f"{found.code} opens {found.says}. This server has no user interface to show it."
    return _page(found.code, said, found.entity, found.matches)


def failed(said: str) -> str:
    """The error page."""
    return _page("Error", said)
