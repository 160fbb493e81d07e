"""The table of docs/toolkits.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.toolkits.tasks import READS, STEPS

TITLES = {"querydata": "QueryData", "autotask": "Autotask", "trackit": "Track-It!", "superoffice": "SuperOffice"}
COLUMNS = {
    "wsdl": ("description", "login", "read", "write", "fault"),
    "openapi": ("description", "login", "read", "write", "around", "fault"),
}
"""The steps of a part's table; `around` is what lies around tickets."""
HEADED = {"fault": "error"}
FEWEST = 8
"""Cells between the bars of a row, less one, at least."""
BEGIN = """\
# Toolkits

Most clients of these services are made by a toolkit out of the service's description. For each toolkit below there is a small
client in `tests/toolkits/clients/`, a good start for your own. It reads the description from a running emulator, logs in, reads a
record, writes one, and is refused once, which must reach it as an error of the toolkit's own kind. Text with an umlaut, `&` and
`<` must come whole both ways; whether it did is judged by the emulator's data, not by what the client says.

`make toolkits` installs what is missing (packages of npm, pip and gem go to a cache outside the repository), runs all of them and
writes this page. `python tests/toolkits/run.py NAME` runs one. `make test` runs those that are installed and quick.

*yes* means at every vendor in the title that has such a step; a vendor's name means there alone. Nothing can be written at
QueryData, whose refusals are faults here by the switch `errors=fault`. *around* is what Track-It! has
beside tickets: one is found by a search, then an assignment of it is read, and a file with its content.
"""
PUBLISHED = Path(__file__).resolve().parent / "published.md"
"""What the page says of clients that others published."""
PARTS = {"wsdl": "## SOAP: QueryData and Autotask", "openapi": "## OpenAPI: Track-It! and SuperOffice"}


def cell(step: str, vendors: Sequence[str], outcomes: Mapping[str, Any]) -> str:
    """Where a step passed, among the vendors that have it."""
    asked = [vendor for vendor in vendors if step in STEPS[vendor]]
    passed = [vendor for vendor in asked if vendor in outcomes and step in outcomes[vendor].passed]
    return "yes" if passed == asked else ", ".join(TITLES[vendor] for vendor in passed) or "no"


def row(toolkit: Any, version: str, outcomes: Mapping[str, Any]) -> str:
    steps = (cell(step, READS[toolkit.reads], outcomes) for step in COLUMNS[toolkit.reads])
    return (
        "| " + " | ".join([toolkit.name, version, toolkit.language, *steps, " ".join(toolkit.remarks.split())]) + " |"
    )


def rows_of(text: str) -> dict[str, str]:
    """The rows of a page by the toolkit's name."""
    lines = [line for line in text.splitlines() if line.startswith("| ") and line.count(" | ") >= FEWEST]
    return {line.split(" | ")[0][2:]: line for line in lines if not line.startswith(("| toolkit |", "| --- |"))}


def page(toolkits: Sequence[Any], rows: Mapping[str, str], before: str = "") -> str:
    """The whole page; a toolkit that did not run keeps the row that it had before."""
    known = {**rows_of(before), **rows}
    text = BEGIN
    for reads, title in PARTS.items():
        found = [known[each.name] for each in toolkits if each.reads == reads and each.name in known]
        if found:
            steps = (HEADED.get(step, step) for step in COLUMNS[reads])
            heads = ("toolkit", "version", "language", *steps, "remarks")
            text += "\n".join(["", title, "", f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|", *found]) + "\n"
    return text + "\n" + PUBLISHED.read_text("utf-8")


def write(path: Path, toolkits: Sequence[Any], rows: Mapping[str, str]) -> None:
    path.write_text(page(toolkits, rows, path.read_text("utf-8") if path.exists() else ""), "utf-8")
