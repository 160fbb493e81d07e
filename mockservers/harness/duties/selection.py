"""Which duties judge, and why the others are switched off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mockservers.harness.duties import Duty
from mockservers.registry import did_you_mean

NO_REASON = "no reason was given"
NOT_AMONG = "only other duties were asked for"


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """A duty that judges nothing, and why."""

    duty: Duty
    reason: str

    @property
    def words(self) -> str:
        return f"switched off: {self.reason}"


@dataclass(frozen=True, slots=True)
class Selection:
    """The duties that judge, and those that are switched off; both in the order of the contract."""

    duties: tuple[Duty, ...]
    off: tuple[SwitchedOff, ...] = ()

    def of(self, duties: Iterable[Duty]) -> Selection:
        """As much of it as is about these duties."""
        ids = {duty.id for duty in duties}
        return Selection(
            tuple(duty for duty in self.duties if duty.id in ids), tuple(off for off in self.off if off.duty.id in ids)
        )


def select(
    duties: Sequence[Duty],
    only: Iterable[str] = (),
    without: Mapping[str, str] | Collection[str] = (),
    agreed: Mapping[str, str] | None = None,
) -> Selection:
    """The duties that are left of some.

    `only` and `without` name duties by slug or full id; `without` may give reasons, and wins over `only`. `agreed` are the
    reasons of a project by full id: about duties that are not among these it says nothing, and `only` wins over it.
    Raises ValueError for a name that no duty has, and where nothing is left.
    """
    _texts("only", only)
    _texts("without", without)
    wanted = [duty for name in only for duty in named(duties, name)]
    reasons = {duty.id: reason for duty in duties if (reason := (agreed or {}).get(duty.id)) is not None}
    if wanted:
        ids = {duty.id for duty in wanted}
        reasons = {duty.id: reasons.get(duty.id, NOT_AMONG) for duty in duties if duty.id not in ids}
    given = without.items() if isinstance(without, Mapping) else ((name, "") for name in without)
    for name, reason in given:
        reasons |= {duty.id: reason.strip() or NO_REASON for duty in named(duties, name)}
    left = tuple(duty for duty in duties if duty.id not in reasons)
    if not left:
        raise ValueError(
            f"every duty of {', '.join(sorted({duty.vendor for duty in duties}))} is switched off, so there is nothing to "
            "judge by; leave at least one on"
        )
    return Selection(left, tuple(SwitchedOff(duty, reasons[duty.id]) for duty in duties if duty.id in reasons))


def _texts(name: str, value: object) -> None:
    if isinstance(value, str):  # whose letters would be taken for names
        raise ValueError(f"{name} takes a list of duties, got the text {value!r}; write [{value!r}]")


def named(duties: Sequence[Duty], name: str) -> list[Duty]:
    """The duties of a slug or full id; raises ValueError where there is none."""
    found = [duty for duty in duties if name in (duty.id, duty.slug)]
    if not found:
        ids = [duty.id for duty in duties]
        near = did_you_mean(name, ids if "." in name else [duty.slug for duty in duties])
        raise ValueError(f"there is no duty {name!r}{near or '; there are ' + ', '.join(ids)}")
    return found
