"""`mockservers load`, `drift`, `judge` and `har`: what recordings are good for, on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockservers import registry
from mockservers.cli.check import style
from mockservers.cli.duties import chosen as chosen_duties
from mockservers.cli.duties import duty_options
from mockservers.cli.errors import BROKEN, reports_errors, stop
from mockservers.cli.parameters import VendorName
from mockservers.cli.record import finish, redactor_of, secret_options
from mockservers.wirekit.templates import counted

if TYPE_CHECKING:
    from mockservers.harness.duties import Duty
    from mockservers.kernel.dialects import Dialect
    from mockservers.recording.drift import Drift, Finding
    from mockservers.recording.files import Recording
    from mockservers.recording.har.reading import Summary
    from mockservers.recording.judging import Judged
    from mockservers.recording.loading import Loaded

FILE = click.Path(exists=True, path_type=Path, dir_okay=False)
DIALECT = click.option(
    "--dialect",
    "dialect",
    multiple=True,
    metavar="CHOICE",
    help="What is known of the vendor's installation: VENDOR=NAME or VENDOR.SWITCH=VALUE. Repeatable.",
)


NOTHING = "the recording tells of no record, so nothing was loaded. Record a client that reads tickets"


def opened(file: Path, texts: tuple[str, ...]) -> tuple[Recording, Dialect]:
    """A recording, and the dialect of its vendor that was asked for."""
    from mockservers import settings
    from mockservers.recording.files import Recording
    from mockservers.registry import emulator

    recording = Recording(file)
    vendor = recording.head.vendor
    chosen = settings.dialects(texts)
    for other in chosen:
        if other != vendor:
            raise ValueError(f"{file} is a recording of {vendor}; --dialect {other} says nothing of it")
    return recording, emulator(vendor).dialects.dialect(chosen.get(vendor))


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--store", required=True, metavar="URL", help="sqlite:///new.db: where the world is kept, for `serve --store`."
)
@DIALECT
@reports_errors
def load(file: Path, store: str, dialect: tuple[str, ...]) -> None:
    """Make a world of the records that a recording tells, from which the emulator goes on.

    To load into memory, and serve at once: mockservers serve --load FILE.
    """
    from mockservers import settings
    from mockservers.kernel.world import WorldConfig, Worlds
    from mockservers.recording.loading import load as load_recording
    from mockservers.recording.loading import tells_of_records

    recording, chosen = opened(file, dialect)
    vendor, path = recording.head.vendor, settings.store(store)
    if not isinstance(path, Path):
        raise ValueError("--store must be a file, such as sqlite:///loaded.db; for memory there is `serve --load FILE`")
    if not tells_of_records(recording, chosen):
        raise ValueError(NOTHING)
    config = WorldConfig(data=settings.data(["empty"]), dialects={vendor: chosen.changes()}, store=path)
    worlds = Worlds(registry.emulator, config)
    try:
        world = worlds.default
        if world.reopened:
            raise ValueError(
                f"the store {store} holds a world already; name a new file, for what is in it would be lost"
            )
        loaded = load_recording(recording, world)
    finally:
        worlds.close()
    tell_loaded(vendor, loaded)
    click.echo(f"  go on   mockservers serve --store {store}")


def tell_loaded(vendor: str, loaded: Loaded) -> None:
    """How many records there are now, and which were left out."""
    if not loaded.records:
        stop(NOTHING)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(loaded.records.items()))
    click.echo(f"{vendor}: {kinds}")
    for each in loaded.left_out[:10]:
        click.echo(f"  left out  {each}", err=True)
    if len(loaded.left_out) > 10:
        click.echo(f"  left out  and {len(loaded.left_out) - 10} more", err=True)


# --- drift ----------------------------------------------------------------------------------------------------------


@click.command()
@click.argument("file", type=FILE)
@click.option("--against", type=FILE, help="A second recording of another date, instead of the emulator.")
@click.option(
    "--accepted", type=FILE, help="YAML list of known differences: place, reason, and aspect if only one is meant."
)
@DIALECT
@reports_errors
def drift(file: Path, against: Path | None, accepted: Path | None, dialect: tuple[str, ...]) -> None:
    """Where the vendor and the emulator part: the recorded requests put to the emulator loaded from the recording.

    Differences are named by the rules behind them. Exit codes: 0 no new drift, 1 new drift, 2 usage.
    """
    from mockservers.recording.drift import Accepted, between
    from mockservers.recording.drift import drift as find
    from mockservers.recording.files import Recording

    recording, chosen = opened(file, dialect)
    known = Accepted.load(accepted) if accepted is not None else None
    if against is not None:
        found, other = between(recording, Recording(against), known), str(against)
    else:
        found, other = find(recording, chosen, known), "emulated"
    click.echo("\n".join(drift_lines(found, "recorded" if against is None else str(file), other)))
    raise SystemExit(BROKEN if found.new else 0)


def drift_lines(found: Drift, left: str, right: str) -> list[str]:
    """The report of a drift."""
    lines = []
    for cause in found.causes:
        lines.append(style(f"{found.vendor}.{cause.switch} = {cause.value}", "strong") + " would explain:")
        lines += [line for finding in cause.findings for line in _finding_lines(finding, left, right)]
        lines += [f"      rule {rule}{_says(found.vendor, rule)}" for rule in cause.rules]
    if found.findings:
        lines.append(style("No choice of a switch explains:" if found.causes else "Differences:", "strong"))
        for finding in found.findings:
            lines += _finding_lines(finding, left, right)
            lines += [f"      rule {rule}{_says(found.vendor, rule)}" for rule in finding.rules]
    lines += [f"  not compared  {counted(count, 'exchange')}: {why}" for why, count in found.skipped.items()]
    lines += [f"  left out      {each}" for each in found.left_out[:10]]
    lines += [style(f"  no longer needed in the accepted differences: {place}", "warn") for place in found.unused]
    new, all_ = len(found.new), len(found.every)
    told = f"{counted(found.exchanges, 'exchange')} compared"
    if new:
        lines.append(style(f"DRIFT: {new} new of {all_} kinds of difference; {told}", "bad"))
    elif all_:
        lines.append(style(f"NO NEW DRIFT: {all_} kinds of difference, all accepted; {told}", "good"))
    else:
        lines.append(style(f"NO DRIFT: {told}", "good"))
    return lines


def _says(vendor: str, rule: str) -> str:
    from mockservers.registry import emulator

    book = emulator(vendor).rules
    return f": {book[rule].says} ({book[rule].source.certainty})" if rule in book else ""


def _finding_lines(finding: Finding, left: str, right: str) -> list[str]:
    word = style("accepted", "soft") if finding.accepted else style(finding.aspect, "bad")
    lines = [
        f"  {word}  {finding.place}  ({finding.count} times)" + (f": {finding.accepted}" if finding.accepted else "")
    ]
    for n, difference in finding.examples[: 1 if finding.accepted else 2]:
        about = f" of {difference.item}" if difference.item else ""
        lines.append(f"      exchange {n}{about}: {left} {_shown(difference.left)}, {right} {_shown(difference.right)}")
    return lines


def _shown(value: str | None) -> str:
    if value is None:
        return "nothing"
    return repr(value if len(value) <= 100 else value[:99] + "…")


# --- judge ----------------------------------------------------------------------------------------------------------


@click.command()
@click.argument("file", type=FILE)
@click.option("--vendor", help="The vendor, to be sure that it is a recording of that one.")
@click.option("--strict", is_flag=True, help="Exit with 3 when a duty stays unproven.")
@duty_options
@DIALECT
@reports_errors
def judge(
    file: Path,
    vendor: str | None,
    strict: bool,
    only: tuple[str, ...],
    without: tuple[str, ...],
    no_config: bool,
    dialect: tuple[str, ...],
) -> None:
    """Judge the client that was recorded by the duties of its vendor; no emulator has a part in it.

    Duties that need to know what the client believes stay unproven. Exit codes: 0 kept, 1 broken, 2 usage, 3 nothing
    proven (with --strict: a duty unproven).
    """
    from mockservers.recording.judging import judge_recording

    recording, chosen = opened(file, dialect)
    if vendor is not None and vendor != recording.head.vendor:
        raise ValueError(f"{file} is a recording of {recording.head.vendor}, not of {vendor}")
    judged = judge_recording(recording, chosen, **chosen_duties(only, without, no_config))
    click.echo("\n".join(judged_lines(judged)))
    raise SystemExit(judged.exit_code(strict=strict))


def judged_lines(judged: Judged) -> list[str]:
    """The report of a judgement."""
    from mockservers.harness.reports.characters import visible
    from mockservers.harness.reports.text import SHOULD

    roles: dict[str, Any] = {"kept": "good", "broken": "bad", "unproven": "warn"}
    lines = []
    width = max(
        len(each.slug) for each in (*(duty for duty, _ in judged.judgements), *(off.duty for off in judged.off))
    )
    begin = len("switched off" if judged.off else "unproven")
    indent = " " * (width + begin + 4)
    for duty, judgement in judged.judgements:
        word = style(f"{judgement.verdict:<{begin}}", roles[judgement.verdict])
        lines.append(f"{word}  {duty.slug:<{width}}  {duty.says}{' (should)' if duty.severity == 'should' else ''}")
        if judgement.verdict == "unproven":
            lines.append(f"{indent}not exercised: needs {duty.exercised_by}{_never_told(duty)}")
        lines += [f"{indent}{breach.text}" for breach in judgement.breaches[:3]]
        if judgement.breaches:
            lines += [f"{indent}because {rule.id}: {rule.says}" for rule in duty.rules]
    for off in judged.off:
        lines.append(f"{style('switched off', 'soft')}  {off.duty.slug:<{width}}  {visible(off.reason)}")
    if any(duty.severity == "should" for duty, _ in judged.judgements):
        lines.append(SHOULD)
    if any(judgement.verdict == "unproven" for _, judgement in judged.judgements):
        lines.append(
            "A recording tells neither the client's copy nor what it was told to do. Where a duty rests on these, "
            "`mockservers check` puts it to the test; else record a client while what it needs happens."
        )
    if judged.lacking:
        lines.append(f"Not judged by what was said: {_lacking(judged.lacking)}. What hangs on it is unproven.")
    return lines


def _never_told(duty: Duty) -> str:
    """What no recording tells, of a duty of clients that write."""
    return f"; only `mockservers check` tells a client to {' or '.join(duty.needs)}" if duty.needs else ""


def _lacking(numbers: Sequence[int]) -> str:
    many = f"{len(numbers)} exchanges whose bodies" if len(numbers) > 1 else "1 exchange whose body"
    return f"{many} the recording lacks ({_first(numbers)})"


# --- HAR ------------------------------------------------------------------------------------------------------------


@click.group()
def har() -> None:
    """HAR files: recordings for the tools of browsers, and recordings of browsers and other proxies."""


@har.command("export")
@click.argument("file", type=FILE)
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The HAR file; a new one.")
@reports_errors
def har_export(file: Path, out: Path) -> None:
    """Write a recording as HAR 1.2, to be looked at in ordinary tools."""
    from mockservers.recording.files import Recording
    from mockservers.recording.har.writing import export

    count = export(Recording(file), out)
    click.echo(f"{counted(count, 'exchange')} in {out}")


@har.command("import")
@click.argument("vendor", type=VendorName("recording"))
@click.argument("file", type=FILE)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The recording; a new file."
)
@click.option("--url", help="The system that is wanted: scheme and host. Default: that of most calls in the file.")
@secret_options
@reports_errors
def har_import(
    vendor: str,
    file: Path,
    out: Path,
    url: str | None,
    keep_identity: bool,
    secret_field: tuple[str, ...],
    fake_people: bool,
) -> None:
    """Make a recording of the calls to one system in a HAR file, without their secrets.

    The file may be compressed (.har.gz), or a zip with the bodies beside it. Entries that are no calls of that system are
    skipped; a body that the file lacks is marked as omitted. What became of every entry is said at the end.
    """
    from mockservers.recording.files import Head
    from mockservers.recording.har import container, systems
    from mockservers.recording.har.reading import Summary, written

    archive = container.opened(file)
    upstream = systems.system(url) if url else systems.most_called(archive.entries)
    redactor, options = redactor_of(vendor, keep_identity, secret_field, fake_people)
    summary = Summary()
    head = Head(vendor, 0, f"from {file.name}", options)
    writer = written(archive, upstream, redactor, out, head, summary)
    if writer is None:
        told = "; ".join(skipped_lines(summary))
        whose = f"to {systems.shown(upstream)}" if upstream is not None else "by HTTP"
        raise ValueError(f"{file} holds no call {whose}" + (f": {told}" if told else ""))
    finish(writer, redactor)
    click.echo("\n".join(summary_lines(summary)))


def summary_lines(summary: Summary) -> list[str]:
    """What became of the entries of a HAR file: each is counted as in the recording or as skipped."""
    left = summary.entries - summary.imported
    lines = [f"  entries     {summary.entries} in the HAR file: {summary.imported} imported, {left} skipped"]
    lines += [f"  skipped     {each}" for each in skipped_lines(summary)]
    for word, reasons in (("omitted", summary.omitted), ("no answer", summary.faults), ("note", summary.notes)):
        lines += [f"  {word:<11} {_counted(numbers)} {reason}" for reason, numbers in reasons.items()]
    return lines


def skipped_lines(summary: Summary) -> list[str]:

    from mockservers.recording.har.reading import OTHER_SYSTEM
    from mockservers.recording.har.systems import shown

    lines = [f"{_counted(numbers)} {reason}" for reason, numbers in summary.skipped.items()]
    others = sorted(summary.others.items(), key=lambda each: -each[1])
    if others:
        told = ", ".join(f"{shown(system)} ({count})" for system, count in others[:3]) + (", ..." if others[3:] else "")
        lines = [each + (f": {told}; --url names one" if each.endswith(OTHER_SYSTEM) else "") for each in lines]
    return lines


def _counted(numbers: Sequence[int]) -> str:
    """How many entries, and which are the first of them."""
    return f"{len(numbers)} {'entry' if len(numbers) == 1 else 'entries'} ({_first(numbers)})"


def _first(numbers: Sequence[int], most: int = 5) -> str:
    return ", ".join(map(str, numbers[:most])) + (", ..." if numbers[most:] else "")
