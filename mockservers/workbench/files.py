"""The files of the page. Only those that a listing of the folder names are served, so no request chooses a path."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mockservers.wirekit import templates

STATIC = Path(__file__).resolve().parent / "static"
PREFIX = "/_mock/static/"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of the page: what runs and what it looks like comes from this server, and nothing else is loaded."""

_MEDIA = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", "": "text/plain"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file with the headers of its answer."""

    body: bytes
    headers: dict[str, str]


def page_headers() -> dict[str, str]:
    """The headers of every answer that is the page itself."""
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }


@cache
def served() -> dict[str, StaticFile]:
    """Every file by its name below `PREFIX`, read once."""
    paths = {path.relative_to(STATIC).as_posix(): path for path in sorted(STATIC.rglob("*")) if path.is_file()}
    paths["page.css"] = templates.FOLDER / "page.css"
    return {name: _read(path) for name, path in paths.items() if path.suffix in _MEDIA}


def _read(path: Path) -> StaticFile:
    body = path.read_bytes()
    headers = {
        "Content-Type": f"{_MEDIA[path.suffix]}; charset=utf-8",
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:20]}"',
        "Cache-Control": "no-cache",  # kept, and asked for anew each time: another version must not meet old modules
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return StaticFile(body, headers)


def shell(*, locked: bool = False, world: str = "default", start: str = "") -> str:
    """The page. `start` is what a person without scripts needs; a `locked` one asks for the control token."""
    return templates.render("shell.html.j2", locked=locked, world=world, start=templates.trusted(start))
