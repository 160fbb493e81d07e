"""One example for each command, shown at the end of its help. A command whose own text has one needs none here."""

from __future__ import annotations

from collections.abc import Iterator

import click

_CLIENT = "--client 'node sync.mjs'"
EXAMPLES = {
    "": "mockservers demo",
    "check": f"mockservers check VENDOR {_CLIENT} --html report.html",
    "replay": f"mockservers replay scenarios-found {_CLIENT}",
    "rehearse": f"mockservers rehearse VENDOR {_CLIENT} --profile small_office",
    "observe": "mockservers observe http://127.0.0.1:8750",
    "serve": "mockservers serve --clock frozen --start 2026-03-02T10:00:00Z\n"
    "         mockservers serve --workers 2 --store postgresql://user@host/database",
    "report": "mockservers report merge shard-*.json --html report.html",
    "report merge": "mockservers report merge shard-*.json --html report.html",
    "campaign": "mockservers campaign run release.yaml --html report.html",
    "campaign run": "mockservers campaign run release.yaml --dry-run",
    "campaign schema": "mockservers campaign schema > campaign.schema.json",
    "cache": "mockservers cache show",
    "cache show": "mockservers cache show",
    "cache clear": "mockservers cache clear",
    "record": "mockservers record VENDOR --upstream https://desk.example.com --out session.yaml",
    "recover": "mockservers recover session.yaml.part",
    "load": "mockservers load session.yaml",
    "drift": "mockservers drift session.yaml",
    "judge": "mockservers judge session.yaml",
    "har": "mockservers har import VENDOR browser.har --out session.yaml",
    "har import": "mockservers har import VENDOR browser.har --out session.yaml",
    "har export": "mockservers har export session.yaml --out session.har",
    "scenarios": "mockservers scenarios schema > scenario.schema.json",
    "scenarios list": "mockservers scenarios list VENDOR",
    "scenarios show": "mockservers scenarios show NAME > mine.yaml",
    "scenarios schema": "mockservers scenarios schema > scenario.schema.json",
    "profile": "mockservers profile show small_office",
    "profile list": "mockservers profile list",
    "profile show": "mockservers profile show small_office",
    "profile schema": "mockservers profile schema > desk.schema.json",
    "profile fit": "mockservers profile fit session.yaml --out our_desk.yaml",
    "rules": "mockservers rules VENDOR --find lock",
    "vendor": "mockservers vendor list",
    "vendor list": "mockservers vendor list",
    "vendor show": "mockservers vendor show VENDOR",
    "world": "mockservers world clock --advance 5m",
    "world list": "mockservers world list",
    "world show": "mockservers world show",
    "world create": "mockservers world create mine --clock frozen",
    "world delete": "mockservers world delete mine",
    "world reset": "mockservers world reset",
    "world keep": "mockservers world keep before",
    "world restore": "mockservers world restore before",
    "world clock": "mockservers world clock --advance 5m",
    "world fault": "mockservers world fault cut after_bytes=40 --vendor VENDOR",
    "world dialect": "mockservers world dialect VENDOR errors=fault",
    "world tenants": "mockservers world tenants VENDOR",
    "world credentials": "mockservers world credentials VENDOR",
    "world records": "mockservers world records VENDOR act 34 --action close",
    "world journal": "mockservers world journal --last 3",
    "world findings": "mockservers world findings",
    "world life": "mockservers world life",
}


def commands(command: click.Command, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """A command and all below it, each by the words that follow the program's name."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from commands(inner, f"{path} {name}".strip())


def show(command: click.Command, path: str) -> None:
    """Put its example at the end of the help of a command, and of each below it."""
    for words, each in commands(command, path):
        if words in EXAMPLES:
            each.epilog = epilog(words)


def epilog(path: str) -> str:
    """The end of the help of a command that has an example here."""
    return f"\b\nExample: {EXAMPLES[path]}"
