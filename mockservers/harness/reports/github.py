"""What GitHub Actions shows of a check: annotations, as workflow commands, and a summary of the step in Markdown.

The values are escaped as GitHub documents it (docs.github.com, "Workflow commands for GitHub Actions"); the text between the
commands cannot give any, for they are stopped meanwhile.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from pathlib import Path, PurePath

from mockservers.harness.reports.characters import visible
from mockservers.harness.reports.json import CheckJson
from mockservers.harness.reports.summary import failures, replay_of, rules, seen, told

MOST_ANNOTATIONS = 10
"""GitHub shows so many of a kind for a step."""
MOST_BYTES = 1 << 20
"""Of a step's summary; a larger one is not shown at all."""
MARKS = {"kept": "✅", "broken": "❌", "unproven": "⚠️"}


def commands(document: CheckJson, root: Path | None = None) -> list[str]:
    """A workflow command for each broken duty, for what stopped the check, and for what is unproven.

    Files below `root`, the folder of the repository, are named from there on, as GitHub wants it.
    """
    lines: list[str] = []
    client = f"{document['client']} against {document['vendor']}"
    if document["stopped"] is not None:
        lines.append(command("error", document["stopped"]["what"], title=f"{client}: stopped"))
    found = [each for n, each in enumerate(failures(document)) if n < MOST_ANNOTATIONS - len(lines)]
    for duty, dialect, _, failure in found:
        kind = "error" if duty["severity"] == "must" else "warning"
        told_of = next(iter(seen(duty, failure)), duty["says"])
        text = (
            f"{told_of}\n{duty['says']}\nPlay it again: {replay_of(document, failure)}"
            if failure["file"]
            else f"{told_of}\n{duty['says']}"
        )
        file = failure["file"]
        where = {} if file is None else {"file": _below(file, root)}
        lines.append(command(kind, text, **where, title=f"{client}, dialect {dialect}: {duty['id']} is broken"))
    unproven = [duty["id"].rpartition(".")[2] for duty in document["duties"] if duty["verdict"] == "unproven"]
    if document["exit_code"] == 3:
        lines.append(command("error", document["says"], title=f"{client}: nothing proven"))
    elif unproven:
        lines.append(command("notice", f"never put to the test: {', '.join(unproven)}", title=f"{client}: unproven"))
    return lines


def command(name: str, message: str, **properties: str) -> str:
    """A workflow command, its values escaped."""
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{name}{' ' + given if given else ''}::{_data(message)}"


def _data(text: str) -> str:
    shown = visible(text, "\n")
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _below(file: str, root: Path | None) -> str:
    path = PurePath(Path(file).absolute())
    return path.relative_to(root).as_posix() if root is not None and path.is_relative_to(root) else file


def quoted(text: str) -> list[str]:
    """A text in whose lines GitHub looks for no commands, as it would wherever a client's words begin a line with `::`."""
    token = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
    return [f"::stop-commands::{token}", text, f"::{token}::"]


# --- the summary of the step ------------------------------------------------------------------------------------------


def summary(document: CheckJson) -> str:
    """A section in Markdown: the outcome, a table of the duties, what broke each; cut where GitHub would not show it."""
    whole = "\n".join([*_head(document), *_table(document), *_broken(document)]) + "\n\n"
    if len(whole.encode()) <= MOST_BYTES:
        return whole
    cut = "\n".join([*_head(document), *_table(document)]).encode()[: MOST_BYTES - 200].decode("utf-8", "ignore")
    return cut + "\n\nThe rest is too long for a summary; see the report in JSON or HTML.\n\n"


def _head(document: CheckJson) -> Iterator[str]:
    mark = "✅" if document["exit_code"] == 0 else "❌"
    shard = document["shard"]
    part = (
        f", {shard['of']} shards"
        if shard and not shard["number"]
        else f", shard {shard['number']}/{shard['of']}"
        if shard
        else ""
    )
    yield f"### {mark} {_text(document['client'])} against {_text(document['vendor'])}{part}"
    yield ""
    yield _text(document["says"])
    yield ""
    yield f"Seed {document['seed']}, {document['seconds']:.1f} s, started as {_code(document['given'])}"
    yield ""


def _table(document: CheckJson) -> Iterator[str]:
    dialects = document["dialects"]
    if not dialects:
        return
    yield "| duty | " + " | ".join(f"{_text(each['dialect'])} ({each['examples']})" for each in dialects) + " |"
    yield "| --- |" + " --- |" * len(dialects)
    for duty in document["duties"]:
        cells = []
        for dialect in dialects:
            verdict = next((each for each in dialect["verdicts"] if each["duty"] == duty["id"]), None)
            if verdict is None:
                cells.append("")
                continue
            said = told(verdict, duty) if verdict["verdict"] in ("kept", "broken") else ""
            cells.append(f"{MARKS.get(verdict['verdict'], '')} {verdict['verdict']} {_text(said)}".strip())
        advice = " (should)" if duty["severity"] == "should" else ""
        yield f"| {_code(duty['id'].rpartition('.')[2])}{advice} | {' | '.join(cells)} |"
    yield ""


def _broken(document: CheckJson) -> Iterator[str]:
    for duty, dialect, _, failure in failures(document):
        yield f"<details><summary>❌ {_html(duty['id'])}, dialect {_html(dialect)}: {_html(duty['says'])}</summary>"
        yield ""
        yield from (f"- {_text(text)}" for text in seen(duty, failure))
        yield ""
        yield from _pre("\n".join(failure["steps"]))
        decided = failure["deciding"]
        if decided is not None:
            yield f"The request that decides, number {decided['n']}, and its answer:"
            yield ""
            yield from _pre(f"{decided['asked']}\n\n{decided['told']}")
        yield from (f"- {_code(rule['id'])}: {_text(rule['says'])}" for rule in rules(duty, failure))
        if failure["file"]:
            yield ""
            yield from _pre(replay_of(document, failure))
        yield ""
        yield "</details>"
        yield ""


def _html(text: str) -> str:
    return html.escape(visible(text), quote=False)


def _text(text: str) -> str:
    """Words in Markdown, none of whose letters mean anything."""
    return re.sub(r"([\\`*_{}\[\]()#+!|~<>&@])", lambda found: f"&#{ord(found[0])};", visible(text))


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"


def _pre(text: str) -> Iterator[str]:
    """Lines as they are, whatever is in them: an empty line would end the block for Markdown, so none is left empty."""
    yield "<pre>" + "\n".join(_text(line) or "&#8203;" for line in text.split("\n")) + "</pre>"
    yield ""
