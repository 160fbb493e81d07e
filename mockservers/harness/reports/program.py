"""A scenario as a small program: its steps in words, one line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mockservers.harness.profile import profile
from mockservers.harness.reports.characters import visible
from mockservers.harness.scenarios import ClientStep, ClockStep, FaultStep, OtherStep, Scenario, Step, births, span
from mockservers.kernel import instants


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `number` counts the steps of the file; what stands inside or around them has none."""

    kind: str
    words: str
    number: int | None = None
    inside: str = ""
    """When it happens, inside the step above."""


def lines(scenario: Scenario) -> list[Line]:
    """The steps of a scenario, and how the world settles after them."""
    here = profile(scenario.vendor)
    found = [Line("begins", f"at {instants.to_iso(scenario.start)}, data {scenario.data}")]
    count = 0

    def born(step: OtherStep | ClientStep) -> str:
        nonlocal count
        times = births(here, step)
        first, count = count + 1, count + times
        return "" if not times else f"T{first}" if times == 1 else f"T{first} to T{count}"

    for n, step in enumerate(scenario.steps, 1):
        meanwhile = getattr(step, "meanwhile", None)
        inside: list[Line] = []
        if meanwhile is not None:  # what others make inside a task has its labels before what the task makes
            for inner in meanwhile.steps:
                kind, words = _line(inner, born)
                inside.append(Line(kind, visible(words), inside=f"after its request {meanwhile.after_request}"))
        kind, words = _line(step, born)
        found += [Line(kind, visible(words), n), *inside]
    settle = span(here.settle)
    found.append(Line("settles", f"faults cleared, {settle} pass, the client syncs, 5m pass, it syncs again"))
    return found


def program(scenario: Scenario) -> list[str]:
    """The same as text."""
    return [
        (f"     {line.inside}: " if line.inside else f"{line.number:>3}. " if line.number else "     ")
        + f"{line.kind:<9}{line.words}"
        for line in lines(scenario)
    ]


def dialect_words(scenario: Scenario) -> str:
    """The dialect of a scenario in words."""
    if isinstance(scenario.dialect, str):
        return f"dialect {scenario.dialect}"
    return "dialect default with " + ", ".join(f"{name} {value}" for name, value in scenario.dialect.items())


def passing(by: int) -> str:
    """A move of the clock in words."""
    return f"{span(by)} pass" if by >= 0 else f"the clock goes back {span(-by)}"


def _line(step: Step, born: Callable[[OtherStep | ClientStep], str]) -> tuple[str, str]:
    if isinstance(step, ClockStep):
        return "clock", passing(step.by)
    if isinstance(step, FaultStep):
        settings = "".join(f", {name} {value}" for name, value in step.settings.items())
        at = "the next request" if not step.after else f"the request after {step.after} more"
        times = "" if step.times == 1 else f" and {step.times - 1} after it"
        return "fault", f"{step.kind}{settings}: hits {at}{times}"
    if isinstance(step, OtherStep):
        made = born(step)
        fields = ", ".join(f"{name}={value!r}" for name, value in {**step.more, **step.fields}.items())
        words = {
            "create": f"create {made}",
            "act": f"{step.action} on {step.ticket}" + (f", which makes {made}" if made else ""),
            "change": f"change {step.ticket}",
            "delete": f"delete {step.ticket}",
            "revoke": "revoke the client's credential",
            "restore": "give the credential back",
        }[step.operation]
        late = f" (visible {span(step.delay)} later)" if step.delay else ""
        return "others", f"{words}{': ' + fields if fields else ''}{late}"
    made = born(step)
    fields = ", ".join(f"{name}={value!r}" for name, value in step.fields.items())
    about = f" {made or step.ticket}" if made or step.ticket else ""
    said = f" {step.text!r}" if step.text else ""
    return "client", f"{step.task}{about}{said}{': ' + fields if fields else ''}"
