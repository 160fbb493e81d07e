"""The runs of a campaign, carried out: whole checks in processes of ours, as many at once as an executor has places."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

from mockservers.campaign.report import CampaignReport
from mockservers.campaign.results import ResultsFile, RunResult, result_of
from mockservers.campaign.runs import Run, facts
from mockservers.harness import scenario_files
from mockservers.harness.check import CheckConfig, check
from mockservers.harness.drivers import DriverFailure, WrongClient
from mockservers.harness.executors import PlaceExecutor, executor
from mockservers.harness.play import EmulatorFailure
from mockservers.harness.reports import check_document
from mockservers.harness.reports.characters import visible
from mockservers.harness.runner_pool import MOST_JOBS, only_one
from mockservers.harness.saving import writable, write
from mockservers.kernel import clock
from mockservers.kernel.cores import cores


class RunStopped(Exception):
    """The client of a run failed as a program. Raised, so that the process is not used again."""

    def __init__(self, result: RunResult) -> None:
        super().__init__(result)
        self.result = result


def carry_out(runs: Iterable[Run], executor: PlaceExecutor) -> Iterator[RunResult]:
    """The results of runs as they come. Raises ClusterFailure where the cluster is gone."""
    left = iter(runs)
    under_way: dict[Future[RunResult], Run] = {}
    while True:
        # Two for each place: the next one is there before the last one is told of.
        while len(under_way) < 2 * executor.places and (run := next(left, None)) is not None:
            under_way[executor.submit(played, run, run.key)] = run
        if not under_way:
            return
        for future in wait(under_way, return_when=FIRST_COMPLETED).done:
            yield _result(future, under_way.pop(future))


def _result(future: Future[RunResult], run: Run) -> RunResult:
    try:
        return future.result()
    except RunStopped as stopped:
        return stopped.result
    except (DriverFailure, WrongClient) as failure:
        printed = failure.stderr if isinstance(failure, DriverFailure) else ""
        return _stopped(run, run.key, str(failure), printed, 0.0)


def played(run: Run, key: str) -> RunResult:
    """Play a run, in a process of its home; raises RunStopped. `key` is the run's on the machine that asks."""
    begun = clock.wall()
    known = scenario_files.known(run.vendor, None)[0] if run.library else []
    config = CheckConfig(
        run.vendor,
        run.client,
        dialect=run.dialect,
        seed=run.seed,
        examples=run.examples,
        max_seconds=run.max_seconds,
        deadline=run.deadline,
        save_to=None,
        only=run.only,
        without=run.without,
        fail_fast=run.fail_fast,
        shrink=run.shrink,
        first=tuple(known),
    )
    try:
        report = check(config)
    except DriverFailure as failure:
        raise RunStopped(_stopped(run, key, failure.what, failure.stderr, _since(begun))) from None
    except (WrongClient, EmulatorFailure, ValueError) as wrong:
        raise RunStopped(_stopped(run, key, str(wrong), "", _since(begun))) from None
    return result_of(run, key, report, check_document(report), _since(begun))


def _since(begun: int) -> float:
    return (clock.wall() - begun) / 1e6


def _stopped(run: Run, key: str, what: str, printed: str, seconds: float) -> RunResult:
    says = f"STOPPED: {what}"
    return RunResult(key, facts(run), "stopped", says, seconds=round(seconds, 3), printed=printed[-4000:])


def saved(result: RunResult, folder: Path) -> Path | None:
    """The file to which the counterexample of a result is written on this machine, wherever it was found."""
    failure = result.failure
    if failure is None:
        return None
    run = result.run
    name = "-".join(map(_part, (run["vendor"], failure["duty"].rpartition(".")[2], failure["dialect"], run["seed"])))
    where = f"{run['name']} against {run['vendor']}, dialect {run['dialect']}, seed {run['seed']}"
    scenario = scenario_files.from_dict(failure["scenario"])
    return write(
        scenario, folder / (_part(run["name"])[:60] or "client"), name, f"# Found by a campaign: {visible(where)}\n"
    )


def _part(text: Any) -> str:
    """A text as a part of a file's name."""
    return "".join(letter if letter.isalnum() else "-" for letter in str(text).lower()).strip("-")


def play(
    title: str,
    planned: Sequence[Run],
    kept: Path,
    *,
    again: bool = False,
    jobs: int | None = None,
    on: str | None = None,
    save: Path | None = None,
    told: Callable[[int, int, str], None] = lambda n, of, words: None,
) -> CampaignReport:
    """Play what is not known of a campaign, and report on all of it; what came of each run is in the file `kept` at once.

    `save` is the folder for counterexamples. Interrupted, it reports on what is known by then. Raises ClusterFailure, ValueError
    for what cannot be played at once, OSError.
    """
    begun = clock.wall()
    keys = {run.key: run for run in planned}  # two clients of one file and one key are one run
    if save is not None:
        writable(save)
    with ResultsFile(kept) as file:
        todo = [run for key, run in keys.items() if again or key not in file.known or not file.known[key].complete]
        interrupted = False
        fresh: set[str] = set()
        try:
            for n, result in enumerate(_results(todo, jobs, on), 1):
                file.keep(result)
                fresh.add(result.key)
                told(n, len(todo), f"{result.status:14} {result.seconds:6.1f} s  {keys[result.key]}")
        except KeyboardInterrupt:
            interrupted = True
        # The words of a run may have changed where nothing did on which its outcome hangs: its name, what is expected.
        results = [replace(file.known[run.key], run=facts(run)) for run in planned if run.key in file.known]
    files = {r.key: str(path) for r in results if not r.expected and save is not None and (path := saved(r, save))}
    return CampaignReport(
        title,
        tuple(results),
        len(planned),
        sum(1 for r in results if r.key not in fresh),
        _since(begun),
        interrupted,
        files,
    )


def _results(todo: Sequence[Run], jobs: int | None, on: str | None) -> Iterator[RunResult]:
    if not todo:
        return
    alone = next((run for run in todo if only_one(run.client) is not None), None)
    if alone is not None and (on is not None or (jobs or 1) > 1):
        raise ValueError(f"{alone.name} is played {'--on a cluster' if on else 'with --jobs'} {only_one(alone.client)}")
    places = 1 if alone is not None else jobs or max(1, min(cores(), MOST_JOBS, len(todo)))
    with contextlib.ExitStack() as stack:
        here = executor(on, places, dict.fromkeys(run.vendor for run in todo))
        stack.callback(here.shutdown, wait=True, cancel_futures=True)
        yield from carry_out(todo, here)
