"""What ExecuteCommand addresses answer: a plain page that says what the user interface would open.

There is no user interface behind it. Part of the wire; knows no table.
"""

from __future__ import annotations

from html import escape

from mockservers.vendors.autotask.emulator.semantics.commands import Opened


def _page(title: str, body: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{escape(title)}</title></head>\n'
        f"<body><h1>{escape(title)}</h1>{body}</body></html>\n"
    )


def opened(found: Opened) -> str:
    """The page for an address that leads somewhere; several matches are listed."""
    said = f"<p>{escape(found.code)} opens {escape(found.says)}. This server has no user interface to show it.</p>"
    if not found.matches:
        return _page(found.code, said)
    items = "".join(
        f'<li id="{id_}">{escape(found.entity or "")} {id_}: {escape(name)}</li>' for id_, name in found.matches
    )
    return _page(found.code, f"{said}<ul>{items}</ul>")


def failed(said: str) -> str:
    """The error page."""
    return _page("Error", f"<p>{escape(said)}</p>")
