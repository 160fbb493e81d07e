"""How often a check tells each story, for sure and by luck: `python -m tests.stories [--vendor V] [--seeds 20]`.

Nothing is played. What is counted is what a check at the default settings draws for a client that knows every task and option.
"""

from __future__ import annotations

import argparse
import inspect
import sys
import unittest.mock
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis.strategies import SearchStrategy

from mockservers.harness.check import EXAMPLES
from mockservers.harness.drivers import KILL, LISTENING, RESTART, Hello
from mockservers.harness.generation import Place, generate
from mockservers.harness.layers import Story
from mockservers.harness.profile import contracted, profile
from mockservers.harness.scenarios import FaultStep, Scenario
from mockservers.harness.strategies import assemble

Drawn = TypeVar("Drawn")


def everything(vendor: str) -> Hello:
    """What a client says of itself that knows every task, and obeys every option."""
    here = profile(vendor)
    tasks = tuple(dict.fromkeys((*here.tasks, "mirror")))
    return Hello("all", tasks, options=(*here.varied, *here.optional_parts, *here.obeyed, RESTART, KILL, LISTENING))


def reading(vendor: str) -> Hello:
    """What a client says that only reads, and obeys nothing."""
    return Hello("plain", ("sync", "mirror"))


def stories(vendor: str, hello: Hello) -> list[str]:
    """The names of all stories that a vendor has for a client, and of those that all vendors share."""
    module, found = profile(vendor).strategies(), list[str]()

    def noted(*given: Any, **more: Any) -> Any:
        told = inspect.signature(assemble).bind(*given, **more).arguments
        heard: Sequence[Story] = told.get("listened", ()) if LISTENING in hello.options else ()
        found.extend(story.name for story in (*told["stories"], *heard))
        return assemble(*given, **more)

    with unittest.mock.patch.object(module, "assemble", noted):
        module.scenarios("default", hello)
    ended = (["restart"] if RESTART in hello.options else []) + (["cut", "cut_later"] if KILL in hello.options else [])
    return [*found, "trouble", "outage", *ended]


def one(strategy: SearchStrategy[Drawn], seed: int, turn: int, *, free: bool = False) -> Drawn:
    """What a strategy draws as one example of a check; `free`: as if it were not dealt."""
    place, found = Place(seed, turn), list[Drawn]()
    generate(strategy, place.alone, found.append, shrink=False, place=None if free else place)
    return found[-1]


def drawn(vendor: str, hello: Hello, seed: int, examples: int = EXAMPLES, *, free: bool = False) -> list[Scenario]:
    """The examples of a check; `free`: as if none of them were dealt."""
    strategy = profile(vendor).strategies().scenarios("default", hello)
    return [one(strategy, seed, turn, free=free) for turn in range(examples)]


def brought(scenario: Scenario) -> Iterator[str]:
    """What a scenario brings, by names: its stories, world and faults, and which story meets which fault."""
    yield from (f"story {name}" for name in set(scenario.told))
    yield f"data {scenario.data}"
    yield f"start {scenario.to_dict()['start']}"
    if not isinstance(scenario.dialect, str):
        yield from (f"switch {name}={value}" for name, value in scenario.dialect.items())
    faults = {step.kind for step in scenario.steps if isinstance(step, FaultStep)}
    yield from (f"fault {kind}" for kind in faults)
    yield from (f"pair {name} + {kind}" for name in set(scenario.told) for kind in faults)


@dataclass(frozen=True)
class Told:
    """How often something came in the checks of some seeds."""

    name: str
    counts: tuple[int, ...]

    @property
    def least(self) -> int:
        return min(self.counts)

    @property
    def mean(self) -> float:
        return sum(self.counts) / len(self.counts)

    @property
    def never(self) -> float:
        """The share of the seeds in which it never came."""
        return self.counts.count(0) / len(self.counts)


def counted(vendor: str, hello: Hello, seeds: Sequence[int], *, free: bool = False) -> dict[str, Told]:
    """What the checks of some seeds bring, by name."""
    found = [
        Counter(name for each in drawn(vendor, hello, seed, free=free) for name in brought(each)) for seed in seeds
    ]
    names = sorted({name for counts in found for name in counts})
    return {name: Told(name, tuple(counts[name] for counts in found)) for name in names}


def table(vendor: str, seeds: int) -> Iterator[str]:
    """A table in Markdown: of each story, how often it is told by luck and for sure; of all else, how much is left out."""
    among, hello = range(1, seeds + 1), everything(vendor)
    luck, sure = counted(vendor, hello, among, free=True), counted(vendor, hello, among)
    nothing = Told("", (0,) * seeds)
    yield f"| {vendor} | by luck: least | mean | seeds without | dealt: least | mean | seeds without |"
    yield "| --- " * 7 + "|"
    for name in sorted({*luck, *sure}):
        if name.startswith("pair "):
            continue
        cells = (
            f"{a.least} | {a.mean:.1f} | {a.never:.0%}" for a in (luck.get(name, nothing), sure.get(name, nothing))
        )
        yield f"| {name} | {' | '.join(cells)} |"
    for kind in ("story", "start", "switch", "data", "fault", "pair"):
        names = [name for name in {*luck, *sure} if name.startswith(f"{kind} ")]
        missed = (sum(f.get(name, nothing).counts.count(0) for name in names) for f in (luck, sure))
        said = " | ".join(f" | | {each / max(1, len(names) * seeds):.1%}" for each in missed)
        yield f"| **all {len(names)} of {kind}** | {said} |"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--vendor", action="append", choices=contracted())
    parser.add_argument("--seeds", type=int, default=20, help="checks of the seeds from 1 to this one are counted")
    asked = parser.parse_args(arguments)
    for vendor in asked.vendor or contracted():
        print("\n".join(table(vendor, asked.seeds)), end="\n\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
