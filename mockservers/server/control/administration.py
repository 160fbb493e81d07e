"""What can be done at the vendors beside a client, and who is in their demos, in words: for documents, the page and the shell.

Everything comes from the emulators themselves (`mockservers.kernel.people`), so nothing here knows a vendor.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mockservers.kernel.operations import Emulator
from mockservers.kernel.people import CUSTOMER, people


def parts(here: Emulator) -> list[tuple[str, Mapping[str, str]]]:
    """What can be done and said at a vendor: a title, and names with what they mean."""
    found = [("Actions on a record", here.actions)]
    if here.administrator:
        found.append((f"Actions of the administrator, on the record with the id {CUSTOMER}", here.administrator))
    for kind in dict.fromkeys(fact.kind for fact in here.facts or ()):
        mine = [fact for fact in here.facts or () if fact.kind == kind]
        needed = {fact.name: fact.says + (" (needed)" if fact.needed else "") for fact in mine}
        found.append((f"Facts of a credential of kind {kind}", needed))
    return [(title, names) for title, names in found if names]


def acts(vendors: Iterable[Emulator]) -> str:
    """The actions of all vendors, for the description of the endpoint that does them."""
    lines = [
        f"An argument with `?` may be left out. The id `{CUSTOMER}` is the vendor's customer itself, on which its "
        f"administrator acts; GET /_mock/v1/records/{CUSTOMER} shows it."
    ]
    for here in vendors:
        for title, names in parts(here)[: 2 if here.administrator else 1]:
            lines += ["", f"**{here.name}** - {title}:", "", *(f"- `{name}`: {says}" for name, says in names.items())]
    return "\n".join(lines)


def facts(vendors: Iterable[Emulator]) -> str:
    """The facts of credentials of all vendors, for the description of the endpoint that adds one."""
    lines = [
        "`facts` says who is let in. Unknown ones are refused, and those without which nobody could log in are needed."
    ]
    for here in vendors:
        for fact in here.facts or ():
            needed = ", needed" if fact.needed else ""
            lines.append(f"- **{here.name}**, kind `{fact.kind}`: `{fact.name}`{needed} - {fact.says}")
    return "\n".join(lines)


def page(vendors: Iterable[Emulator]) -> str:
    """Everybody in the demos and everything that an administrator can do, as a page in Markdown."""
    lines = [
        "# Who is in the demo, and what an administrator can do",
        "",
        "Written by `make table` from the emulators. `mockservers vendor show VENDOR` prints the part of one vendor,",
        "and so do the start page at `/_mock/` and `/_mock/v1/openapi.json` of a running server.",
        "",
        "Other people act by `mockservers world records VENDOR act ID --action NAME --with ARGUMENT=VALUE`, by",
        '`POST /_mock/v1/records/ID/act`, or in Python by `desk.act("act", id=ID, action=NAME, ...)`. An argument with `?`',
        f"may be left out. The id `{CUSTOMER}` is the vendor's customer itself: its administrator acts on it, and reading it",
        "shows who is there. `POST /_mock/v1/credentials`, or `mockservers world credentials VENDOR --grant TENANT`, lets",
        "somebody else in; `--fact NAME=VALUE` says who.",
    ]
    for here in vendors:
        lines += ["", f"## {here.title}", "", *_table(("tenant", "kind", "name", "secret", "may"), _people(here))]
        for title, names in parts(here):
            rows = [(f"`{name}`", says) for name, says in names.items()]
            lines += ["", f"### {title}", "", *_table(("name", "what it does and takes"), rows)]
    return "\n".join(lines) + "\n"


def _people(here: Emulator) -> list[tuple[str, ...]]:
    return [
        (each.tenant, each.kind, _code(each.name), _code(each.secret), each.may.replace("|", "\\|"))
        for each in people(here)
    ]


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    heads = list(heads)
    made = [f"| {' | '.join(heads)} |", f"| {' | '.join('---' for _ in heads)} |"]
    return made + [f"| {' | '.join(row)} |" for row in rows]


def plain(text: str) -> str:
    """Words without the marks of Markdown."""
    return re.sub("`", "", text)
