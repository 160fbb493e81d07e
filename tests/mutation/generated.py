"""Clients with bugs that nobody chose: `make mutation`, or `python -m tests.mutation.generated [options]`.

Cosmic Ray and the operators beside this file make mutants of every correct client in Python. Each is judged as a user's check
would judge it, at the default settings, until something is broken. A mutant that survives is sorted by people, in
`tests/vendors/<vendor>/survivors.yaml`: *equivalent* (no server could tell it from the client), *outside* (the contract does not
ask for it), each with a reason; else it is a hole in the contract.

Results are kept in `results/<vendor>.jsonl` beside this file, a line each, and committed: a run goes on where another ended, and
runs of many days add up. Each line says by which state of client, contract and harness it was judged; one of an earlier state
counts, is told as such, and is judged anew with `--earlier`.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import sys
import tempfile
import textwrap
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from itertools import zip_longest
from pathlib import Path

from mockservers import registry
from mockservers.harness.check import EXAMPLES
from mockservers.harness.clients import roles
from mockservers.harness.fingerprint import of_files
from mockservers.harness.profile import contracted
from tests.mutation.engine import Drawn, Mutation, Sorting, mutations, sortings
from tests.mutation.idle import KINDS
from tests.mutation.reached import reached

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).parent / "results"
REACHED = ROOT / ".mutation"
"""Which examples come to which statement of a client: found anew where it is lost."""
DEADLINE = 10.0
"""Seconds that a mutant has for a task; the correct clients need a fraction of one."""
PATIENCE = 8
"""Times the deadline that one has when it was silent past it: on a busy machine that may not be its fault."""
NEVER = "never reached"
"""What is said of a survivor whose statement no example comes to."""
SILENT = "has not answered"
"""The words of a driver whose client was silent past its deadline."""
SECONDS = 1200.0
FIRST = 60
"""Examples after which survivors wait for people, and for time, before the rest is played."""
WARM = (
    "hypothesis",
    "lxml.etree",
    "sqlalchemy",
    "aiohttp.web",
    "flask",
    "yaml",
    "requests",
    "mockservers.harness.check",
)


@dataclass(frozen=True, slots=True)
class GeneratedMutant:
    """One mutant of a correct client."""

    vendor: str
    role: str
    mutation: Mutation

    @property
    def key(self) -> str:
        return self.mutation.key

    @property
    def name(self) -> str:
        return self.mutation.name

    @property
    def operator(self) -> str:
        return self.mutation.operator


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a mutant. `end` is `broken`, `stopped`, `nothing proven` or `survived`.

    `seed` is the first that caught it, `duties` what it broke, why it stopped, or `never reached`. `examples` is how many
    it was judged by, `state` the client, contract and harness that it was judged with.
    """

    key: str
    end: str
    duties: tuple[str, ...] = ()
    examples: int = 0
    seed: int = 1
    state: str = ""
    seconds: float = field(default=0.0, compare=False)

    def to_line(self) -> str:
        """The result as a line of its file, which does not hang on how fast the machine was."""
        kept = {name: value for name, value in asdict(self).items() if name != "seconds" and value not in ((), "")}
        return json.dumps(kept, ensure_ascii=False)

    @classmethod
    def from_line(cls, line: str) -> Result:
        """What `to_line` wrote. Raises ValueError for anything else."""
        raw = json.loads(line)
        return cls(**{**raw, "duties": tuple(raw.get("duties", ()))})

    @property
    def caught(self) -> bool:
        """Whether a check at the default settings ends with another code than 0."""
        return self.end != "survived" and self.seed == 1

    @property
    def settled(self) -> bool:
        """Whether nothing else can come of the default check: a check of fewer examples plays the first of them."""
        return self.end in ("broken", "stopped") or self.examples >= EXAMPLES


def mutants(vendor: str, role: str) -> list[GeneratedMutant]:
    """Every mutant of a correct client that can make a difference."""
    source = roles(vendor)[role].read_text("utf-8")
    return [GeneratedMutant(vendor, role, each) for each in mutations(f"{vendor}_{role}", source)]


def all_mutants(vendors: Iterable[str], clients: Sequence[str] = ()) -> Iterator[GeneratedMutant]:
    """Those of all correct clients in Python, or of some, such as `trackit_reader`."""
    for vendor in vendors:
        for role, path in roles(vendor).items():
            if path.suffix == ".py" and (not clients or f"{vendor}_{role}" in clients):
                yield from mutants(vendor, role)


def sample(given: Sequence[GeneratedMutant], size: int, seed: int) -> list[GeneratedMutant]:
    """So many mutants of each vendor, drawn by a seed; the first of a larger sample are a smaller one."""
    vendors = dict.fromkeys(each.vendor for each in given)
    return [each for vendor in vendors for each in spread([m for m in given if m.vendor == vendor], seed)[:size]]


def spread(given: Iterable[GeneratedMutant], seed: int) -> list[GeneratedMutant]:
    """Mutants by chance, but so that vendors take turns, a vendor's clients, and a client's operators.

    Some operators find far more to change than others, and some clients are longer; what is cut off says something of all.
    """
    trees: dict[str, dict[str, dict[str, list[GeneratedMutant]]]] = {}
    for each in given:
        trees.setdefault(each.vendor, {}).setdefault(each.role, {}).setdefault(each.operator, []).append(each)
    drawn = random.Random(seed)

    def mixed(listed: Iterable[Drawn]) -> list[Drawn]:
        found = list(listed)
        drawn.shuffle(found)
        return found

    return in_turn(
        in_turn(in_turn(mixed(made) for made in mixed(operators.values())) for operators in mixed(clients.values()))
        for clients in trees.values()
    )


def in_turn(queues: Iterable[Sequence[Drawn]]) -> list[Drawn]:
    """The first of each queue, then the second of each."""
    return [each for row in zip_longest(*queues) for each in row if each is not None]


# --- plays ------------------------------------------------------------------------------------------------------------


def run_all(
    chosen: Sequence[GeneratedMutant], jobs: int, seeds: int = 1, examples: int = EXAMPLES, kept: Path | None = None
) -> Iterator[tuple[GeneratedMutant, Result]]:
    """Judge each mutant in a process of its own, `jobs` at a time; a survivor on further seeds.

    `kept` is the folder that knows which examples come to which statement (`reached.py`); without it all are played.
    """
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(list(WARM))
    # A process plays one mutant: one that hangs leaves a thread behind that nothing but the end of its process ends.
    with ProcessPoolExecutor(jobs, processes, max_tasks_per_child=1) as pool:
        running = {pool.submit(play, mutant, seeds, examples, kept): mutant for mutant in chosen}
        for done in as_completed(running):
            yield running[done], done.result()


def play(mutant: GeneratedMutant, seeds: int = 1, examples: int = EXAMPLES, kept: Path | None = None) -> Result:
    """Judge a mutant by the default check on seed 1, and where it survives on the seeds up to `seeds`."""
    began = time.perf_counter()
    path = roles(mutant.vendor)[mutant.role]
    turns = None if kept is None else reached(mutant.vendor, mutant.role, kept).of(mutant.mutation.line)
    sys.path.insert(0, str(path.parent))  # what the client imports of its neighbours
    with tempfile.TemporaryDirectory(prefix="mockservers-mutant-") as folder:
        file = Path(folder) / f"mutant_{mutant.key.rpartition(' ')[2]}.py"
        file.write_text(mutant.mutation.text, "utf-8")
        for seed in range(1, seeds + 1):
            result = _patient(mutant, file, seed, examples, turns if seed == 1 else None)
            if result.end != "survived":
                break
    return replace(result, state=state(mutant.vendor, mutant.role), seconds=time.perf_counter() - began)


def _patient(
    mutant: GeneratedMutant, file: Path, seed: int, examples: int, turns: frozenset[int] | None = None
) -> Result:
    """What a check of those examples says that come to the statement; all are played where they leave it in doubt."""
    if turns is not None and not any(turn < examples for turn in turns):
        return Result(mutant.key, "survived", (NEVER,), examples, seed)
    result = _check(mutant, file, seed, examples, turns)
    if result.end == "stopped" and SILENT in result.duties[0]:
        result = _check(mutant, file, seed, examples, turns, PATIENCE)
    if result.end == "nothing proven" and turns is not None:
        result = _check(mutant, file, seed, examples, None)
    return result


def _check(
    mutant: GeneratedMutant, file: Path, seed: int, examples: int, turns: frozenset[int] | None, patience: int = 1
) -> Result:
    from mockservers.harness.check import CheckConfig, check
    from mockservers.harness.drivers import WrongClient
    from mockservers.harness.verdicts import CheckStopped

    asked = CheckConfig(
        mutant.vendor,
        f"{file}:Client",
        seed=seed,
        examples=examples,
        deadline=DEADLINE * patience,
        max_seconds=SECONDS * patience,
        save_to=None,
        shrink=False,
        fail_fast=True,
        turns=turns,
    )
    with open(os.devnull, "w") as nowhere:
        sys.stderr = nowhere
        try:
            report = check(asked)
        except CheckStopped as stopped:
            return Result(mutant.key, "stopped", (stopped.what[:100],), 0, seed)
        except WrongClient as wrong:
            return Result(mutant.key, "stopped", (str(wrong)[:100],), 0, seed)
        finally:
            sys.stderr = sys.__stderr__
    played = sum(each.examples for each in report.dialects)
    if report.broken:
        return Result(mutant.key, "broken", tuple(duty.slug for duty in report.broken), played, seed)
    if any(each.out_of_time for each in report.dialects):
        examples = min(examples, played)
    # Without a verdict on what the correct client proves, nobody would go live.
    unproven = tuple(duty.slug for duty in report.unproven if duty.severity == "must") if turns is None else ()
    return Result(mutant.key, "nothing proven" if report.nothing_proven else "survived", unproven, examples, seed)


# --- what was found ---------------------------------------------------------------------------------------------------


@cache
def survivors(vendor: str) -> tuple[Sorting, ...]:
    """What people said of a vendor's survivors."""
    return sortings(ROOT / "tests" / "vendors" / vendor / "survivors.yaml")


def sorting(mutant: GeneratedMutant) -> Sorting | None:
    """What people said of a mutant that survives; None for a hole."""
    return next((each for each in survivors(mutant.vendor) if each.covers(mutant.mutation)), None)


@cache
def state(vendor: str, role: str) -> str:
    """What tells one state of a client, its vendor's contract and the harness from another."""
    contract = registry.vendor(vendor).module("contract", "profile").__file__
    folders = (Path(str(contract)).parent, ROOT / "mockservers" / "harness")
    return of_files([roles(vendor)[role], *(path for folder in folders for path in folder.rglob("*.py"))])[:8]


def earlier(mutant: GeneratedMutant, result: Result) -> bool:
    """Whether a mutant was judged by an earlier state of client, contract or harness."""
    return result.state != state(mutant.vendor, mutant.role)


def known(folder: Path) -> dict[str, Result]:
    """The results of all vendors that a folder holds, by their keys. Raises ValueError for a line that is none."""
    lines = (line for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines())
    return {result.key: result for result in map(Result.from_line, lines)}


def without_orphans(results: Mapping[str, Result], every: Iterable[GeneratedMutant]) -> dict[str, Result]:
    """Results without those whose mutant its client has no more; `every` are all mutants of some clients."""
    keys = {each.key for each in every}
    sources = {key.partition(" ")[0] for key in keys}
    return {key: each for key, each in results.items() if key in keys or key.partition(" ")[0] not in sources}


def keep(folder: Path, vendor: str, results: Iterable[Result]) -> None:
    """Write all results of a vendor, sorted by their keys; whatever happens meanwhile, the file is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{vendor}.part"
    part.write_text("".join(f"{each.to_line()}\n" for each in sorted(results, key=lambda each: each.key)), "utf-8")
    part.replace(folder / f"{vendor}.jsonl")


COLUMNS = ("broken", "stopped", "nothing proven", "on a later seed", "equivalent", "outside", "hole", "in doubt")


def column(mutant: GeneratedMutant, result: Result) -> str:
    """The column of the table in which a mutant is counted."""
    if result.caught:
        return result.end
    said = sorting(mutant)
    if said is not None:
        return said.verdict
    return "on a later seed" if result.end != "survived" else "hole" if result.settled else "in doubt"


def table(found: Sequence[tuple[GeneratedMutant, Result]], by: str) -> Iterator[str]:
    """A table in Markdown, a line for each vendor or operator."""
    heads = (by, "mutants", *COLUMNS, "caught of those that are not equivalent", "judged in an earlier state")
    yield f"| {' | '.join(heads)} |"
    yield "| --- " * len(heads) + "|"
    groups = dict.fromkeys(getattr(mutant, by) for mutant, _ in found)
    for group in [*sorted(groups), "all"]:
        here = [(m, r) for m, r in found if group in ("all", getattr(m, by))]
        counts = Counter(column(m, r) for m, r in here)
        told = counts.total() - counts["equivalent"]
        caught = counts["broken"] + counts["stopped"] + counts["nothing proven"]
        share = f"{caught} of {told}, {100 * caught / told:.1f} %" if told else "-"
        old = sum(earlier(m, r) for m, r in here)
        yield f"| {group} | {counts.total()} | {' | '.join(str(counts[each]) for each in COLUMNS)} | {share} | {old} |"


def unsorted(found: Sequence[tuple[GeneratedMutant, Result]]) -> list[Mutation]:
    """The survivors that nobody has sorted, in the order of their names."""
    open_ = ("hole", "in doubt")
    return sorted((m.mutation for m, r in found if column(m, r) in open_), key=lambda each: each.name)


PAGE = (
    "`make mutation` makes mutants of every correct client in Python: {of} by now. "
    "[Cosmic Ray](https://cosmic-ray.readthedocs.io/) exchanges comparisons, numbers, conditions and signs; operators of our "
    "own (`tests/mutation/operators.py`) leave out calls, escapes, entries and conversions of zones, swallow exceptions and "
    "exchange statements. The tables are of {found} of them, drawn by seeds, so that vendors, a vendor's clients and a client's "
    "operators take turns. Each result is a line of `tests/mutation/results/<vendor>.jsonl`, which further runs add to. One that "
    "an earlier state of client, contract or harness judged ({old}) counts until somebody judges it anew (`--earlier`).",
    "Each is judged as a user's check would judge it: {default} examples, seed 1, all duties, and it ends at the first example "
    "that breaks a duty. Examples in which the client does not come to the changed statement may be left out, for there both do "
    "the same. A check of {first} examples plays the first {first} of these; so that is played at first, and what "
    "it catches the default catches as well. What survives it is sorted, or judged by all {default}. What survives these and "
    "stays unsorted is a *hole* ({settled}); what was not judged by them yet is *in doubt* ({doubtful}), for they may catch it. "
    "Both count as not caught. What was caught is not judged again when a contract gains a duty. Holes that survivors showed "
    "were closed and the survivors judged again, so of new mutants a smaller share may be caught.",
    "A check catches a mutant when it does not end with code 0: a duty is *broken*, the client *stopped* as a program, or "
    "*nothing* was *proven*. A survivor is *equivalent* if no server could tell it from the correct client, or if it is as "
    "correct (another size of a page, another margin: to accuse it would be wrong); *outside* if the contract does not "
    "ask for what it leaves out. The reasons stand in `tests/vendors/<vendor>/survivors.yaml`, and below.",
)


BEFORE = (
    "Before results were kept as data, 161 mutants were judged, by a contract that left its stories to luck: 114 of the 118 "
    "that are not equivalent were caught (96.6 %), after the holes that survivors showed were closed; two are outside, one was a "
    "hole, one in doubt."
)
"""What is known of runs whose results are lost."""


def page(found: Sequence[tuple[GeneratedMutant, Result]], of: int, first: int) -> str:
    """What was found, as a page of the documentation; `of` is how many mutants there are, `first` what is played at first."""
    counts = Counter(column(m, r) for m, r in found)
    facts = {"of": of, "found": len(found), "default": EXAMPLES, "first": first}
    facts |= {"settled": counts["hole"], "doubtful": counts["in doubt"], "old": sum(earlier(m, r) for m, r in found)}
    lines = ["# Bugs that nobody chose", ""]
    for text in PAGE:
        lines += [textwrap.fill(text.format(**facts), 120, break_on_hyphens=False, break_long_words=False), ""]
    lines += [textwrap.fill(BEFORE, 120, break_on_hyphens=False), ""]
    lines += ["Some kinds of mutants are not made at all (`tests/mutation/idle.py`):", ""]
    lines += [f"- {kind}: {why}" for kind, why in KINDS.items()]
    lines += ["", *table(found, "vendor"), "", *table(found, "operator")]
    for verdict in ("outside", "equivalent"):
        lines += ["", f"## Survivors that are {verdict}", ""]
        reasons = [said for m, r in found if column(m, r) == verdict and (said := sorting(m)) is not None]
        for said, times in Counter(reasons).items():
            lines.append(f"- `{said.source}`, `{said.was}` ({times}): {said.reason}")
    lines += ["", "## Not sorted yet: holes, unless somebody finds a reason", ""]
    lines += [f"- `{each.name}`: `{each.was}` became `{each.became}`" for each in unsorted(found)]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--vendor", action="append", choices=contracted())
    parser.add_argument(
        "--client", action="append", help="only mutants of this client, such as trackit_reader; repeatable"
    )
    parser.add_argument(
        "--sample", type=int, help="so many mutants of each vendor, spread by --seed; all when left out"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--seeds", type=int, default=1, help="a survivor is judged on the seeds up to this one")
    parser.add_argument(
        "--examples", type=int, default=EXAMPLES, help="of each check; with fewer the figures are lower bounds"
    )
    parser.add_argument(
        "--first", type=int, default=FIRST, help="examples that are played of all mutants before more are played of any"
    )
    parser.add_argument("--again", action="store_true", help="judge those anew that survived and are not sorted")
    parser.add_argument(
        "--whole",
        action="store_true",
        help="play all examples, and do not find first which come to a mutant's statement",
    )
    parser.add_argument("--earlier", action="store_true", help="judge those anew that an earlier state judged")
    parser.add_argument(
        "--results", type=Path, default=RESULTS, help="the folder where results are kept, and found by the next run"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--known", action="store_true", help="judge nothing, and tell what is known by now")
    parser.add_argument("--page", type=Path, help="write what was found as a page of the documentation")
    asked = parser.parse_args(arguments)
    every = chosen = list(all_mutants(asked.vendor or contracted(), asked.client or ()))
    of = len(every)
    chosen = spread(chosen if asked.sample is None else sample(chosen, asked.sample, asked.seed), asked.seed)
    results = known(asked.results)
    if not asked.known:
        results = without_orphans(results, every)
        dropped = {
            each.key
            for each in chosen
            if (result := results.get(each.key)) is not None
            and ((asked.earlier and earlier(each, result)) or (asked.again and column(each, result) == "hole"))
        }
        done = {key: result for key, result in results.items() if key not in dropped}
        new = [each for each in chosen if each.key not in done]
        results |= judged(new, asked, min(asked.first, asked.examples), results)
        doubtful = [each for each in chosen if column(each, results[each.key]) == "in doubt"]
        if asked.examples > asked.first:
            results |= judged(doubtful, asked, asked.examples, results)
    found = [(mutant, results[mutant.key]) for mutant in chosen if mutant.key in results]
    for by in ("vendor", "operator"):
        print("\n".join(table(found, by)), end="\n\n")
    if asked.page is not None:
        asked.page.write_text(page(found, of, asked.first), "utf-8")
    open_ = unsorted(found)
    if open_:
        print(f"{len(open_)} survivors that nobody has sorted:\n\n" + "\n".join(each.words for each in open_))
    return 1 if open_ else 0


def judged(
    todo: Sequence[GeneratedMutant], asked: argparse.Namespace, examples: int, known_: Mapping[str, Result]
) -> dict[str, Result]:
    """Judge mutants by so many examples each, and write each result down at once, beside those that are known."""
    results = dict(known_)
    print(f"{len(todo)} mutants to be judged, {examples} examples each", file=sys.stderr, flush=True)
    for n, (mutant, result) in enumerate(
        run_all(todo, asked.jobs, asked.seeds, examples, None if asked.whole else REACHED), 1
    ):
        results[result.key] = result
        keep(
            asked.results,
            mutant.vendor,
            (each for each in results.values() if each.key.startswith(f"{mutant.vendor}_")),
        )
        line = f"{n} of {len(todo)}: {result.end:14} {result.seconds:5.1f} s  {mutant.name}"
        print(line, file=sys.stderr, flush=True)
    return results


if __name__ == "__main__":
    sys.exit(main())
