"""The page at `/_mock/`: the workbench, and for whoever has no scripts what runs here and what happened last.

How it looks is in `mockservers/templates/` and `mockservers/workbench/`. Clients choose much of what is shown, so what comes from
the journal is a part of its own, in which every text goes without the secrets of the world.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import flask

from mockservers.kernel import instants
from mockservers.kernel.people import people
from mockservers.kernel.world import World
from mockservers.server.control import context
from mockservers.server.control.administration import parts
from mockservers.wirekit import templates
from mockservers.workbench import files

if TYPE_CHECKING:
    from markupsafe import Markup

LAST = 25
MOST_NOTES = 5
"""Findings of a call that are shown beside it."""
LONGEST = 300
"""Characters of a finding that are shown."""


def show() -> flask.Response:
    """The start page of the world that `?world=` names, or else the URL chooses."""
    where, site = context.world(flask.request.args.get("world")), context.site()
    start = templates.render(
        "start_page.html.j2",
        _text,
        world=where,
        worlds=list(site.worlds.values()),
        vendors=[where.emulator(name) for name in site.vendors],
        some_vendor=next(iter(site.vendors), ""),
        url=site.url if where.name == "default" else f"{site.url}/w/{where.name}",
        api=f"{site.url}/_mock/v1",
        to_the_second=_to_the_second,
        journal=_journal(where),
        # Without records it costs next to nothing.
        people={name: people(where.emulator(name), "empty") for name in site.vendors},
        parts=parts,
    )
    answer = flask.Response(files.shell(world=where.name, start=start))
    answer.headers.update(files.page_headers())
    return answer


def _journal(where: World) -> Markup:
    """The last calls and findings."""
    clean = where.redaction()
    entries = where.journal.since(where.journal.count - 1000)
    findings = [(entry.n, note) for entry in entries for note in entry.notes[-LAST:]][-LAST:]

    @cache  # many calls name the same rules, and a world may have handed out a thousand tokens to look for
    def masked(text: str, keep: str = "") -> str:
        return _text(clean(text))

    def last_line(error: str) -> str:
        return clean(error).strip().splitlines()[-1][:200]  # secrets first: half of one is not known for what it is

    def beginning(target: str, most: int = 120) -> str:
        return clean(target)[:most]

    return templates.part(
        "journal.html.j2",
        masked,
        beginning=beginning,
        calls=where.journal.since(where.journal.count - LAST)[::-1],
        findings=findings[::-1],
        most_notes=MOST_NOTES,
        longest=LONGEST,
        last_line=last_line,
        rule=lambda entry: where.emulator(entry.vendor).rules.get(entry.refused_by),
        to_the_second=_to_the_second,
    )


def _text(text: str, keep: str = "") -> str:
    return context.text(text)


def _to_the_second(instant: int) -> str:
    return instants.to_iso(instant // instants.SECOND * instants.SECOND)
