"""The table of docs/toolkits.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.toolkits.tasks import STEPS

TITLES = {"querydata": "QueryData", "autotask": "Autotask", "trackit": "Track-It!", "superoffice": "SuperOffice"}
HEADS = ("toolkit", "version", "language", "description", "login", "read", "write", "error", "remarks")
COLUMNS = ("description", "login", "read", "write", "fault")
BEGIN = """\
# Toolkits

Most clients of these services are made by a toolkit out of the service's description. `tests/toolkits/` has a small client for each of
those below: it reads the description from a running emulator, logs in, reads a record, writes one, and is refused once, which must
reach it as an error of the toolkit's own kind. Text with an umlaut, `&` and `<` must come whole both ways; whether it did is judged by
the emulator's data, not by what the client says.

`make toolkits` installs what is missing (packages of npm, pip and gem go to a cache outside the repository), runs all of them and writes
this page; `python tests/toolkits/run.py NAME` runs one. `make test` runs those that are installed and need no compiler. A client
is a good start for your own: `tests/toolkits/clients/`.

*yes* means at every vendor of the table's title; a vendor's name means there alone. QueryData has nothing to write.
"""
PARTS = {
    "wsdl": "## SOAP: QueryData and Autotask",
    "openapi": "## OpenAPI: Track-It! and SuperOffice",
}


def cell(step: str, outcomes: Mapping[str, Any]) -> str:
    """Where a step passed, among the vendors that have it."""
    asked = [vendor for vendor in outcomes if step in STEPS[vendor]]
    passed = [vendor for vendor in asked if step in outcomes[vendor].passed]
    if not asked:
        return "-"
    return "yes" if passed == asked else ", ".join(TITLES[vendor] for vendor in passed) or "no"


def row(toolkit: Any, version: str, outcomes: Mapping[str, Any]) -> str:
    steps = (cell(step, outcomes) for step in COLUMNS)
    return "| " + " | ".join([toolkit.name, version, toolkit.language, *steps, " ".join(toolkit.remarks.split())]) + " |"


def rows_of(text: str) -> dict[str, str]:
    """The rows of a page by the toolkit's name."""
    lines = [line for line in text.splitlines() if line.startswith("| ") and line.count(" | ") >= len(HEADS) - 1]
    return {line.split(" | ")[0][2:]: line for line in lines if not line.startswith("| toolkit |")}


def write(path: Path, toolkits: Sequence[Any], rows: Mapping[str, str]) -> None:
    """Write the page; a toolkit that did not run keeps the row that it had."""
    known = {**rows_of(path.read_text("utf-8") if path.exists() else ""), **rows}
    text = BEGIN
    for reads, title in PARTS.items():
        found = [known[each.name] for each in toolkits if each.reads == reads and each.name in known]
        if found:
            head = "| " + " | ".join(HEADS) + " |"
            text += "\n".join(["", title, "", head, "| --- " * len(HEADS) + "|", *found]) + "\n"
    path.write_text(text, "utf-8")
