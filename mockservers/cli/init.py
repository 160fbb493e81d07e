"""`mockservers init`: a whole small client with glue, a test and a CI file, which gets a verdict at once.

All that it writes is data: `contracts/<vendor>/start.yaml` names the vendor's client by language, and
`contracts/clients/kits/<language>/` holds what belongs to the language.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mockservers import registry
from mockservers.cli.errors import bold, reports_errors, stop
from mockservers.cli.parameters import VendorName
from mockservers.registry import did_you_mean

LANGUAGES = ("python", "node", "php", "java", "csharp", "go", "shell")
PLACES = {"contract.yml": ".github/workflows/contract.yml"}
"""Where a file of the kits is written, unless it is its own name."""


@dataclass(frozen=True)
class Kit:
    """What belongs to a language, as `kit.yaml` says it."""

    folder: Path
    says: str
    needs: tuple[str, ...]
    client: str
    glue: tuple[str, ...]
    check: str
    test: str
    build: str
    ci: tuple[Any, ...]
    replace: dict[str, str]

    @classmethod
    def read(cls, language: str) -> Kit:
        import yaml

        from mockservers.kernel import data

        folder = data.folder("contracts") / "clients" / "kits" / language
        said = yaml.safe_load((folder / "kit.yaml").read_text("utf-8"))
        return cls(
            folder=folder,
            says=said["says"],
            needs=tuple(said["needs"]),
            client=said["client"],
            glue=tuple(said["glue"]),
            check=said["check"],
            test=said["test"],
            build=said.get("build", ""),
            ci=tuple(said["ci"]),
            replace=dict(said.get("replace", {})),
        )


def started(vendor: str) -> dict[str, Any]:
    """What `contracts/<vendor>/start.yaml` says: the vendor's client by language, and perhaps a demo. Empty without that file."""
    import yaml

    from mockservers.kernel import data

    path = data.of_vendor("contracts", vendor) / "start.yaml"
    return dict(yaml.safe_load(path.read_text("utf-8"))) if path.is_file() else {}


def written(vendor: str, language: str) -> dict[str, str]:
    """The files of a new client, by their path in its folder. Raises ValueError for a pair that nobody has written."""
    from mockservers.kernel import data

    sources = started(vendor)
    if language not in sources:
        raise ValueError(_lacking(vendor, language, sources))
    kit = Kit.read(language)
    client = (data.of_vendor("contracts", vendor) / sources[language]).read_text("utf-8")
    for ours, theirs in kit.replace.items():
        client = client.replace(ours, theirs)
    files = {kit.client: client}
    glue = data.folder("contracts") / "clients"
    for name in kit.glue:
        files[Path(name).name] = (glue / name).read_text("utf-8")
    known = words(vendor, language, kit)
    own = {path.name for path in _files(kit.folder)} - {"kit.yaml", *map(_name, kit.glue)}
    for path in _files(kit.folder.parent / "common"):
        if path.name != "test.sh" or path.name in kit.test:
            files[PLACES.get(path.name, path.name)] = filled(path.read_text("utf-8"), known)
    for name in own:
        files[name] = filled((kit.folder / name).read_text("utf-8"), known)
    return dict(sorted(files.items()))


def _files(folder: Path) -> list[Path]:
    """The files of a folder; where pip compiled what it installed, there is a folder too."""
    return sorted(path for path in folder.iterdir() if path.is_file())


def _name(path: str) -> str:
    return Path(path).name


def _lacking(vendor: str, language: str, sources: dict[str, Any]) -> str:
    there = [name for name in LANGUAGES if name in sources]
    if not there:
        return f"{vendor!r} brings no client to begin with; `mockservers glue` lists what makes your own program one"
    return (
        f"there is no client of {vendor!r} in {language} to begin with; there is one in {', '.join(there)}. `mockservers "
        f"glue` lists what makes your own program a client in any language"
    )


def words(vendor: str, language: str, kit: Kit) -> dict[str, str]:
    """What stands in place of `{{name}}` in the files of a kit."""
    import yaml

    steps = [*kit.ci, *([{"run": kit.build}] if kit.build else [])]
    listed = yaml.safe_dump(steps, sort_keys=False, width=1000) if steps else ""
    glue = [f"`{_name(name)}`" for name in kit.glue]
    return {
        "vendor": vendor,
        "title": registry.vendor(vendor).title,
        "lang": language,
        "says": kit.says,
        "client": kit.client,
        "glue": ", ".join(glue[:-1]) + (" and " if glue[1:] else "") + glue[-1],
        "check": kit.check,
        "build": kit.build,
        "commands": "\n    ".join(commands(vendor, kit)),
        "steps": "\n".join(f"      {line}" for line in listed.splitlines()),
    }


def commands(vendor: str, kit: Kit) -> list[str]:
    """What is typed in the new folder, in order."""
    return [*([kit.build] if kit.build else []), f"mockservers check {vendor} {kit.check}", kit.test]


def filled(text: str, known: dict[str, str]) -> str:
    """A file of a kit with its words put in; a line that held nothing but an empty word goes."""
    lines = []
    for line in text.splitlines():
        told = line
        for name, says in known.items():
            told = told.replace("{{" + name + "}}", says)
        if told.strip() or not line.strip():
            lines.append(told)
    return "\n".join(lines) + "\n"


@click.command(short_help="Write a small client with glue, a test and a CI file.")
@click.argument("vendor", type=VendorName("contract"))
@click.option("--lang", required=True, metavar="LANGUAGE", help=f"One of: {', '.join(LANGUAGES)}.")
@click.option("--into", type=click.Path(path_type=Path), help="Folder to write into. Default: VENDOR-LANGUAGE.")
@reports_errors
def init(vendor: str, lang: str, into: Path | None) -> None:
    """Write a small client of VENDOR that gets a verdict at once: the client, its glue, a test and a CI file.

    It never overwrites a file. The client is a correct one; change it, and see what a check says.

    Example: mockservers init VENDOR --lang node
    """
    if lang not in LANGUAGES:
        stop(f"--lang must be one of: {', '.join(LANGUAGES)}; got {lang!r}{did_you_mean(lang, LANGUAGES)}")
    files, kit = written(vendor, lang), Kit.read(lang)
    folder = into or Path(f"{vendor}-{lang}")
    there = [folder / name for name in files if (folder / name).exists()]
    if there:
        stop(f"{there[0]} exists already, and init overwrites nothing; name another folder with --into")
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    click.echo(f"wrote {len(files)} files into {folder}: {', '.join(files)}\n")
    lacking = [name for name in kit.needs if shutil.which(name) is None]
    if lacking:
        click.echo(f"It needs {kit.says}; this machine has no {', '.join(lacking)}.\n")
    click.echo("Go on with:\n\n    " + bold(f"cd {folder}"))
    for line in commands(vendor, kit):
        click.echo("    " + bold(line))
