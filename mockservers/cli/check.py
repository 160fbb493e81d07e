"""`mockservers check` and `mockservers replay`: clients before the harness, verdicts on the terminal."""

from __future__ import annotations

import math
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mockservers.cli.configured import Configured
from mockservers.cli.distributions import left_out
from mockservers.cli.duties import chosen, duty_options
from mockservers.cli.errors import DRIVER_FAILURE, INTERRUPTED, USAGE, columns, reports_errors, stop
from mockservers.cli.github import github_option, told_to_github
from mockservers.cli.parameters import VendorName
from mockservers.cli.progress import progress
from mockservers.cli.reporting import Outputs, reporting

if TYPE_CHECKING:
    from mockservers.harness import Report


class _Seconds(click.FloatRange):
    """A number of seconds; click finds `nan` in every range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds: float = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"{value} is not in the range {self._describe_range()}.", param, ctx)
        return seconds


POSITIVE = _Seconds(0, 1e6, min_open=True)
Command = TypeVar("Command", bound=Callable[..., Any])


def client_options(command: Command) -> Command:
    """The options that name the client under test, the same for both commands."""
    for option in reversed(
        (
            click.option(
                "--client",
                metavar="CLIENT",
                help="package.module:Class or path/to/file.py:Class; a program that speaks JSON Lines, such as "
                "'node sync.js'; or the address of a running service, http://127.0.0.1:9000/hook.",
            ),
            click.option(
                "--client-command",
                metavar="COMMAND",
                help="A job that runs once for each task and ends, such as './run-sync.sh'. It finds the task, the "
                "address and the credentials in variables MOCKSERVERS_...",
            ),
            click.option(
                "--mirror-command",
                metavar="COMMAND",
                help="Command that prints the client's copy as JSON or CSV, for clients that do not implement `mirror`.",
            ),
            click.option(
                "--mirror-file",
                metavar="PATH",
                help="The file (JSON, or CSV with a column id) in which such a client keeps it; a relative path lies in "
                "MOCKSERVERS_STATE_DIR.",
            ),
            click.option(
                "--fake-time",
                is_flag=True,
                help="Run the client's programs under libfaketime, so that their clock shows the world's time. "
                "Reaches dynamically linked programs on Linux.",
            ),
            click.option(
                "--deadline",
                default=30.0,
                show_default=True,
                type=POSITIVE,
                help="Seconds that the client may take for one task.",
            ),
        )
    ):
        command = option(command)
    return command


_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def unwinding() -> Iterator[None]:
    """Let what ends a job (SIGTERM) or a terminal (SIGHUP) unwind like Ctrl-C, or the client's programs outlive the command."""
    ours = [each for each in _ENDING if signal.getsignal(each) == signal.SIG_DFL]  # `nohup` has its way
    if threading.current_thread() is not threading.main_thread():
        ours = []
    for each in ours:
        signal.signal(each, signal.default_int_handler)
    hook, sys.unraisablehook = sys.unraisablehook, _again
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for each in ours:
            signal.signal(each, signal.SIG_DFL)


def _again(lost: sys.UnraisableHookArgs) -> None:
    """Interrupt once more where an interruption struck code that can raise nothing, as Hypothesis has it in the collector."""
    ours = [each for each in (signal.SIGINT, *_ENDING) if signal.getsignal(each) is signal.default_int_handler]
    if not isinstance(lost.exc_value, KeyboardInterrupt) or not ours or not hasattr(signal, "pthread_kill"):
        sys.__unraisablehook__(lost)
        return
    # A moment later, when that code is done; a signal, for the main thread may wait for a client.
    threading.Timer(0.05, signal.pthread_kill, (threading.main_thread().ident, ours[0])).start()


@contextmanager
def driving(github: bool = False) -> Iterator[None]:
    """Turn trouble with the client under test into one clear sentence and the right exit code.

    In `github`'s log a line of the client's could be a command; there none is looked for in what it printed.
    """
    from mockservers.harness import DriverFailure, WrongClient
    from mockservers.harness.cluster import ClusterFailure
    from mockservers.harness.play import EmulatorFailure
    from mockservers.harness.reports.characters import visible
    from mockservers.harness.reports.github import quoted

    try:
        with unwinding():
            yield
    except (WrongClient, ClusterFailure) as error:
        stop("; ".join(filter(None, (str(error), left_out(error)))), USAGE)
    except DriverFailure as error:
        click.echo(
            f"mockservers: the client failed as a program, so there is no verdict: {visible(error.what)}", err=True
        )
        if error.stderr.strip():
            printed = visible(error.stderr.strip()[-4000:], keep="\n\t")
            lines = quoted(printed) if github else [printed]
            click.echo("\n".join(["--- what it printed last ---", *lines]), err=True)
        raise SystemExit(DRIVER_FAILURE) from None
    except EmulatorFailure as error:
        click.echo(f"mockservers: {error}", err=True)
        stop("this is a bug of mockservers, not of your client; please report it with the command and its seed", USAGE)


def given(name: str) -> bool:
    """Whether an option of the command that runs was typed, and does not come from the environment."""
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


def style(text: str, *words: str) -> str:
    """How a report's words look on a terminal; click takes the colour away elsewhere."""
    known: dict[str, dict[str, Any]] = {
        "good": {"fg": "green"},
        "bad": {"fg": "red", "bold": True},
        "warn": {"fg": "yellow"},
        "strong": {"bold": True},
        "soft": {"dim": True},
    }
    for word in words:
        text = click.style(text, **known.get(word, {}))
    return text


@click.command(cls=Configured)
@click.argument("vendor", type=VendorName("contract"))
@client_options
@click.option("--dialect", default="default", show_default=True, help="A named dialect of the vendor, or all.")
@click.option(
    "--examples", default=180, show_default=True, type=click.IntRange(1), help="Scenarios to play per dialect."
)
@click.option("--seed", default=1, show_default=True, help="Same seed, same scenarios, same verdicts.")
@click.option(
    "--max-seconds",
    type=POSITIVE,
    help="Stop after this long, in the middle of an example if need be. Default: 300 for each dialect, and for a slow "
    "client as long as 25 examples take, up to 1200.",
)
@click.option(
    "--jobs",
    envvar="MOCKSERVERS_JOBS",
    type=click.IntRange(1),
    help="Examples played at once, in as many processes. Default: the processor cores that the command may use, up to 8; "
    "1 for a hook and with --mirror-file. Also from MOCKSERVERS_JOBS.",
)
@click.option(
    "--on",
    metavar="ADDRESS",
    help="Play the examples on the workers of a Dask cluster, such as dask://scheduler:8786, as many at once as they have "
    "threads; the report is the same. Needs mockservers[cluster] here, and the same mockservers and client there.",
)
@duty_options
@click.option(
    "--save",
    default="scenarios-found",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the scenario files of broken duties.",
)
@reporting
@github_option
@click.option(
    "--shard",
    metavar="N/OF",
    help="Play one part of the examples, such as 2/5, with --json; `mockservers report merge` joins the reports of all parts. "
    "Failures of earlier checks are left out, for the other machines do not have them.",
)
@click.option(
    "--library/--no-library",
    default=True,
    envvar="MOCKSERVERS_LIBRARY",
    help="Play the failures in the --save folder and the vendor's scenario library before any example is drawn. Default: yes.",
)
@click.option("--fail-fast", is_flag=True, help="Draw no more examples after the first one that breaks a duty.")
@click.option("--strict", is_flag=True, help="Exit with 3 when a duty stays unproven.")
@click.option(
    "--all", "everything", is_flag=True, help="Print the whole proof of every broken duty, and all rules behind it."
)
@reports_errors
def check(
    vendor: str,
    dialect: str,
    examples: int,
    seed: int,
    max_seconds: float | None,
    deadline: float,
    jobs: int | None,
    on: str | None,
    only: tuple[str, ...],
    without: tuple[str, ...],
    no_config: bool,
    save: Path,
    github: bool,
    shard: str | None,
    library: bool,
    fail_fast: bool,
    strict: bool,
    everything: bool,
    json: Path | None,
    junit: Path | None,
    html: Path | None,
    **client: Any,
) -> None:
    """Hunt for bugs in a client: generated vendor behaviour, a verdict for each duty.

    A duty of severity `should` is an advice that rests on a guess about what the client is meant to do. A project's
    mockservers.toml can switch duties off, each with a reason; options win over it.

    \b
    mockservers check VENDOR --client sync.py:Client
    mockservers check VENDOR --client 'node sync.js' --shard 2/5 --json shard-2.json
    mockservers check VENDOR --client sync.py:Client --on dask://scheduler:8786

    Exit codes: 0 kept, 1 broken, 2 usage, 3 nothing proven (with --strict: a duty unproven), 4 the client failed as a
    program, 130 interrupted; the reports then tell what was known by then.
    """
    from mockservers.harness import (
        CheckConfig,
        CheckInterrupted,
        CheckStopped,
        ClientSpec,
        reports,
        run_check,
        scenario_files,
    )
    from mockservers.harness.runner_pool import fitting_jobs
    from mockservers.harness.shards import Shard

    part = None if shard is None else Shard.parse(shard)
    if part is not None and strict:
        raise ValueError(
            "a shard alone cannot be --strict, for another one may put a duty to the test; give it "
            "to `mockservers report merge`"
        )
    outputs, choice = Outputs(json=json, junit=junit, html=html), chosen(only, without, no_config)
    spec = ClientSpec(**client)
    first, left_out = scenario_files.known(vendor, save if part is None else None) if library else ([], [])
    for reason in left_out:
        click.echo(f"mockservers: not played first: {reason}", err=True)

    with driving(github), progress() as shown:
        if on is not None and given("jobs"):
            raise ValueError(
                "--jobs is for this machine; with --on the cluster's workers play as many examples "
                "at once as they have threads, so "
                "leave it out"
            )
        if jobs is None:
            jobs = fitting_jobs(spec.checked(), examples)
        config = CheckConfig(
            vendor=vendor,
            client=spec,
            dialect=dialect,
            seed=seed,
            examples=examples,
            max_seconds=max_seconds,
            deadline=deadline,
            jobs=jobs,
            on=on,
            save_to=save,
            first=tuple(first),
            shard=part,
            fail_fast=fail_fast,
            progress=shown,
            warn=shown.warn,
            **choice,
        )
        try:
            report = run_check(config)
        except CheckStopped as stopped:
            outputs.save(_forms(stopped.report))
            if github:
                told_to_github(reports.check_document(stopped.report), "", err=outputs.to_stdout)
            raise
        except CheckInterrupted as interrupted:
            report = interrupted.report
    text = reports.check_text(report, style, columns(err=outputs.to_stdout), everything=everything)
    if github:
        try:
            told_to_github(reports.check_document(report), text, err=outputs.to_stdout)
        finally:  # a summary that could not be written costs no report
            outputs.save(_forms(report))
    else:
        outputs.write(text, _forms(report))
    raise SystemExit(report.exit_code(strict=strict))


def _forms(report: Report) -> dict[str, Callable[[], str]]:
    """The files in which a check is reported."""
    from mockservers.harness import reports

    return {
        "json": lambda: reports.check_json(report),
        "junit": lambda: reports.check_junit(report),
        "html": lambda: reports.check_html(report),
    }


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@client_options
@duty_options
@reporting
@click.option("--strict", is_flag=True, help="Exit with 3 when a file's duty was not put to the test.")
@reports_errors
def replay(
    files: tuple[Path, ...],
    deadline: float,
    only: tuple[str, ...],
    without: tuple[str, ...],
    no_config: bool,
    strict: bool,
    json: Path | None,
    junit: Path | None,
    html: Path | None,
    **client: Any,
) -> None:
    """Play scenario files (or folders of them) against a client: FAILED, FIXED, KEPT, UNPROVEN,
    OFF (the file's duty is switched off, and no other is broken), MISTAKEN or STOPPED.

    Exit codes: 0 none failed, 1 some failed, 2 usage or a mistaken file, 3 unproven (with --strict), 4 the client
    failed as a program, 130 interrupted; the files that were not played by then are UNPROVEN.
    """
    from mockservers.harness import ClientSpec, ReplayInterrupted, ReplayResult, ReplayStopped, reports, run_replay
    from mockservers.harness import replay as replaying

    outputs = Outputs(json=json, junit=junit, html=html)
    paths: list[Path] = []
    for path in files:
        paths += sorted(each for each in path.rglob("*.yaml") if not each.is_dir()) if path.is_dir() else [path]
    if not paths:
        raise ValueError(f"there is no .yaml file below {', '.join(map(str, files))}")
    spec = ClientSpec(**client)

    def tell(results: Sequence[ReplayResult]) -> None:
        made = {
            "json": lambda: reports.replay_json(results, spec.options),
            "junit": lambda: reports.replay_junit(results, spec.options),
            "html": lambda: reports.replay_html(results, spec.options),
        }
        outputs.write(reports.replay_text(results, style, columns(err=outputs.to_stdout)), made)

    with driving():
        try:
            results = run_replay(paths, spec, deadline=deadline, **chosen(only, without, no_config))
        except ReplayStopped as stopped:
            tell(stopped.results)
            raise
        except ReplayInterrupted as interrupted:
            tell(interrupted.results)
            stop("interrupted before the end; files that were not played are UNPROVEN", INTERRUPTED)
    tell(results)
    raise SystemExit(replaying.exit_code(results, strict=strict))
