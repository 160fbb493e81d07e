"""Which stimulus, duties and mutants of a contract stand for which kind of bug: `tests/vendors/<vendor>/kinds.yaml`.

`python -m tests.kinds` writes the table, docs/stimuli.md, anew.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mockservers.harness.profile import contracted

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "stimuli.md"

KINDS: Mapping[str, str] = {
    "volume": "many records in one step, so that silent caps of a client show",
    "text_edges": "blanks, line ends, letters of any length, and texts that look like something else",
    "request_escaping": "values that need escaping in what the client sends",
    "secrets_elsewhere": "secrets in a header, an address, a log, an error or a file where they do not belong",
    "transport_bursts": "failures and broken connections in a row",
    "clock_changes": "hours that clocks skip and repeat, and clients whose clock is wrong",
    "watermarks": "changes that show late, out of order, or with the stamp of another",
    "absence": "what is missing, null, empty, unknown, or one where many are usual",
    "identity": "large numbers, numbers of something else, texts that differ in case only",
    "concurrency": "several requests at once, and answers that overtake each other",
    "forgotten_state": "a client that is ended, between two tasks or in the middle of one, and started again",
    "moving_rows": "rows that come, go and change places while a list is walked",
    "attached": "notes, times and custom fields that hang on a ticket",
    "waste": "calls that nobody needs, and that hurt at scale",
    "dialects": "what the vendor may do one way or the other, and no client is told",
}
"""Each kind of bug, and what a stimulus of it brings."""


@dataclass(frozen=True, slots=True)
class Stands:
    """What stands for a kind in a vendor's contract; `not_applicable` is the reason where nothing does."""

    kind: str
    stimulus: str = ""
    duties: tuple[str, ...] = ()
    mutants: tuple[str, ...] = ()
    not_applicable: str = ""


@cache
def of(vendor: str) -> tuple[Stands, ...]:
    """What stands for each kind, in the order of the kinds."""
    file = ROOT / "tests" / "vendors" / vendor / "kinds.yaml"
    listed: list[dict[str, Any]] = yaml.safe_load(file.read_text("utf-8"))
    return tuple(
        Stands(
            each["kind"],
            each.get("stimulus", ""),
            tuple(each.get("duties", ())),
            tuple(each.get("mutants", ())),
            each.get("not_applicable", ""),
        )
        for each in listed
    )


def page() -> str:
    """The table of all vendors as a page of the documentation."""
    lines = [
        "# Kinds of bugs, and what stands for them",
        "",
        textwrap.fill(
            "A check makes situations in which clients of strangers were seen to fail. The table says, "
            "for each kind and vendor, what "
            "makes the situation (a function of `contract/strategies.py`, a name of the shared "
            "strategies, or a switch), the duties that "
            "judge it, and the clients with that bug that prove it (`tests/vendors/<vendor>/mutants/`).",
            120,
        ),
    ]
    for kind, says in KINDS.items():
        lines += [
            "",
            f"## {kind}",
            "",
            f"{says[0].upper()}{says[1:]}.",
            "",
            "| vendor | stimulus | duties | mutants |",
            "| --- " * 4 + "|",
        ]
        for vendor in contracted():
            each = next(each for each in of(vendor) if each.kind == kind)
            if each.not_applicable:
                lines.append(f"| {vendor} | does not apply: {each.not_applicable} | | |")
                continue
            duties = ", ".join(f"`{duty.partition('.')[2]}`" for duty in each.duties)
            lines.append(
                f"| {vendor} | `{each.stimulus}` | {duties} | {', '.join(f'`{name}`' for name in each.mutants)} |"
            )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(PAGE)
