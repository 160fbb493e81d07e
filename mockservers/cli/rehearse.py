"""`mockservers rehearse`: a month of a desk against a client in minutes, and a go or no-go."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from mockservers.cli.check import POSITIVE, client_options, driving, style
from mockservers.cli.configured import Configured
from mockservers.cli.errors import BROKEN, UNPROVEN, columns, reports_errors
from mockservers.cli.parameters import VendorName
from mockservers.cli.progress import EVERY, OFTEN, width
from mockservers.cli.reporting import Outputs, reporting
from mockservers.kernel import clock, instants

if TYPE_CHECKING:
    from mockservers.rehearsal.plan import RehearsalConfig, Standing
    from mockservers.rehearsal.report import RehearsalReport


class _Length(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """A length of time such as 90s, 5m or 1.5h."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            found = instants.duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if found <= 0:
            self.fail(f"{value} is no length of time above 0 (examples: 90s, 5m, 1.5h)", param, ctx)
        return found


class Watch:
    """Told how far a rehearsal is; writes a line over on a terminal, elsewhere one now and then."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream, self.terminal = stream, stream.isatty()
        self.begun = self.last = clock.wall()
        self.drawn = False

    def __call__(self, standing: Standing) -> None:
        now = clock.wall()
        if now - self.last < (OFTEN if self.terminal else EVERY) * 1e6:
            return
        self.last = now
        spent = (now - self.begun) / 1e6
        with contextlib.suppress(OSError, ValueError):  # a terminal that is gone must not cost a verdict
            if self.terminal:
                columns = width(self.stream)
                self.stream.write("\r" + line(standing, spent)[: columns - 1].ljust(columns - 1))
                self.drawn = True
            else:
                self.stream.write(f"{spent:6.0f} s  {line(standing, spent)}\n")
            self.stream.flush()

    def end(self) -> None:
        """Leave an empty line on a terminal."""
        if self.drawn:
            with contextlib.suppress(OSError, ValueError):
                self.stream.write("\r" + " " * (width(self.stream) - 1) + "\r")
                self.stream.flush()


def line(standing: Standing, spent: float) -> str:
    """How far a rehearsal is, in a line: the virtual day, how fast, and the worst so far."""
    from mockservers.rehearsal.objectives import length

    rate = standing.day / spent if spent > 0 else 0.0
    day = f"day {min(int(standing.day) + 1, standing.days)} of {standing.days}"
    if standing.doing:
        return f"{day}, {standing.doing}"
    left = f", {_left((standing.days - standing.day) / rate)} left" if rate > 0 and standing.day > 0.2 else ""
    return (
        f"{day}, {rate:.2f} days a second{left}; {standing.events:,} events, {standing.calls:,} calls, worst staleness "
        f"{length(standing.worst)}, {standing.behind} behind"
    )


def _left(seconds: float) -> str:
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02}"


@contextlib.contextmanager
def watching() -> Iterator[Watch]:
    """Tells of a rehearsal on standard error, and cleans up behind it."""
    watch = Watch(sys.stderr)
    try:
        yield watch
    finally:
        watch.end()


@click.command(cls=Configured)
@click.argument("vendor", type=VendorName("contract"))
@client_options
@click.option("--days", default=30, show_default=True, type=int, help="How long a span of virtual time is played.")
@click.option(
    "--profile",
    default="small_office",
    show_default=True,
    metavar="NAME|FILE",
    help="The desk: a shipped profile by name, or a file of your own.",
)
@click.option(
    "--every",
    type=_Length(),
    help="How often the client works, such as 5m. Default: as its hello says (poll_seconds), or every 5 minutes.",
)
@click.option("--scale", default=1.0, show_default=True, type=float, help="Multiplies what happens at the desk.")
@click.option(
    "--back-file",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help="Tickets that are there before the span begins.",
)
@click.option(
    "--slo",
    multiple=True,
    metavar="NAME=VALUE",
    help="An objective: staleness.p95=10m, losses=0, limit.peak=50%. Repeatable; wins over the profile and the vendor's.",
)
@click.option("--dialect", default="default", show_default=True, help="A named dialect of the vendor.")
@click.option("--seed", default=1, show_default=True, help="Same seed and profile, same month, same report.")
@click.option(
    "--find-limit",
    is_flag=True,
    help="Search for the largest scale at which the objectives still hold, and say what stops it.",
)
@click.option(
    "--compare",
    metavar="CLIENT",
    help="Rehearse the same month with another client, named as --client takes it, and show both side by side. The exit code is "
    "that of --client.",
)
@click.option("--max-seconds", type=POSITIVE, help="Stop after this long; the report then tells what is known.")
@click.option(
    "--save",
    default="scenarios-found",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for scenario files that reproduce what was lost.",
)
@reporting
@reports_errors
def rehearse(
    vendor: str,
    days: int,
    profile: str,
    every: int | None,
    scale: float,
    back_file: int,
    slo: tuple[str, ...],
    dialect: str,
    seed: int,
    find_limit: bool,
    compare: str | None,
    max_seconds: float | None,
    deadline: float,
    save: Path,
    json: Path | None,
    junit: Path | None,
    html: Path | None,
    **client: Any,
) -> None:
    """Rehearse going live: a month of a desk in virtual time, and GO or NO-GO.

    The desk's people work, the vendor has its outages, and the client works at its own cadence. What its copy missed, how
    old it was and what it took of the vendor's limits is measured, and judged by objectives.

    Exit codes: 0 go, 1 no-go, 2 usage, 3 undecided (time was up, or nothing could be measured), 4 the client failed as a
    program, 130 interrupted; the reports then tell what was known by then.
    """
    from mockservers.harness import ClientSpec
    from mockservers.harness.drivers import open_driver
    from mockservers.rehearsal import RehearsalConfig
    from mockservers.rehearsal.objectives import parse

    if find_limit and compare is not None:
        raise ValueError("--find-limit and --compare are two questions; ask one of them")
    outputs = Outputs(json=json, junit=junit, html=html)
    config = RehearsalConfig(
        vendor=vendor,
        client=ClientSpec(**client),
        days=days,
        profile=profile,
        every=every,
        seed=seed,
        scale=scale,
        back_file=back_file,
        dialect=dialect,
        objectives=parse(slo),
        max_seconds=max_seconds,
        deadline=deadline,
        save_to=save,
    )
    if find_limit:
        raise SystemExit(_largest(config, outputs))
    if compare is not None:
        with driving(), open_driver(compare, deadline) as other_driver:
            other_driver.hello()  # a client that cannot be driven is told of before a month of the first one is played
    report = _rehearsed(config, outputs)
    if compare is None:
        outputs.write(_text(report, outputs), made(report))
    else:
        _beside(report, replace(config, client=compare), outputs)
    raise SystemExit(report.exit_code)


def _text(report: RehearsalReport, outputs: Outputs) -> str:
    from mockservers.rehearsal.reports.text import rehearsal_text

    return rehearsal_text(report, style, columns(err=outputs.to_stdout))


def _rehearsed(config: RehearsalConfig, outputs: Outputs) -> RehearsalReport:
    """The report of a rehearsal that is watched. Where the client failed, what is known is written before it ends."""
    from mockservers.rehearsal import RehearsalInterrupted, RehearsalStopped
    from mockservers.rehearsal import rehearse as run

    with driving(), watching() as watch:
        try:
            return run(replace(config, progress=watch))
        except RehearsalStopped as stopped:
            watch.end()
            outputs.write(_text(stopped.report, outputs), made(stopped.report))
            raise
        except RehearsalInterrupted as interrupted:
            watch.end()
            outputs.write(_text(interrupted.report, outputs), made(interrupted.report))
            raise SystemExit(interrupted.report.exit_code) from None


def _beside(report: RehearsalReport, config: RehearsalConfig, outputs: Outputs) -> None:
    """Rehearse the client that the first one is compared with. However that ends, the first one's report is written."""
    from mockservers.rehearsal import RehearsalInterrupted, RehearsalStopped
    from mockservers.rehearsal import rehearse as run

    with driving(), watching() as watch:
        try:
            other = run(replace(config, progress=watch))
        except (RehearsalStopped, RehearsalInterrupted) as ended:
            watch.end()
            _compared(report, ended.report, outputs)
            if isinstance(ended, RehearsalStopped):
                raise
            raise SystemExit(ended.report.exit_code) from None
        except BaseException:
            watch.end()
            outputs.write(_text(report, outputs), made(report))
            raise
    _compared(report, other, outputs)


def _compared(one: RehearsalReport, other: RehearsalReport, outputs: Outputs) -> None:
    from mockservers.rehearsal.reports.comparison import comparison_json, comparison_text
    from mockservers.rehearsal.reports.html import comparison_html

    text = comparison_text(one, other, style, columns(err=outputs.to_stdout))
    both = {"json": lambda: comparison_json(one, other), "html": lambda: comparison_html(one, other)}
    outputs.write(text, {**made(one), **both})


def _largest(config: RehearsalConfig, outputs: Outputs) -> int:
    """Search, and tell; returns the exit code: 0 where the objectives hold at the scale that was asked for, 3 where
    that is not known."""
    from mockservers.rehearsal.largest import find_limit
    from mockservers.rehearsal.reports.html import rehearsal_html

    with driving(), watching() as watch:

        def tell(scale: float, held: bool | None) -> None:
            watch.end()
            if held is not None:
                click.echo(f"scale {scale:g}: {'holds' if held else 'does not hold'}", err=True)

        found = find_limit(replace(config, progress=watch), tell)
    report = found.breaks if found.holds is None or found.breaks is not None else found.holds
    assert report is not None
    outputs.write(
        f"{_text(report, outputs)}\n\n{found.sentence}", {**made(report), "html": lambda: rehearsal_html(report, found)}
    )
    if found.holds is not None and found.holds.scale >= config.scale:
        return 0
    return UNPROVEN if report.verdict == "UNDECIDED" else BROKEN


def made(report: RehearsalReport) -> dict[str, Callable[[], str]]:
    """The reports of a rehearsal by format, made when they are asked for."""

    def json() -> str:
        from mockservers.rehearsal.reports.json import rehearsal_json

        return rehearsal_json(report)

    def junit() -> str:
        from mockservers.rehearsal.reports.junit import rehearsal_junit

        return rehearsal_junit(report)

    def html() -> str:
        from mockservers.rehearsal.reports.html import rehearsal_html

        return rehearsal_html(report)

    return {"json": json, "junit": junit, "html": html}
