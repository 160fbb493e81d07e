"""The picture of a failing play: an SVG with a lane each for others' acts and faults, the wire, and the mirror.

Time runs downwards, one row an event; the clock's moves lie across all lanes. Colours come from the page's style.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from html import escape

from mockservers.harness import comparing, side_by_side
from mockservers.harness.history import History
from mockservers.harness.reports.characters import clean, cut, width
from mockservers.harness.reports.conversation import day, time_of_day
from mockservers.harness.reports.events import Event, events, shortened
from mockservers.harness.reports.failures import Failure, State

WIDTH = 1180
OTHERS, VENDOR, CLIENT, MIRROR = 92, 412, 806, 836
"""Where the lane of others begins, the two life lines stand, and the lane of the mirror begins."""
LETTER = 7.25
"""A column of the drawing's monospaced 12 px type."""
MOST_CHIPS, MOST_AGREEING = 8, 5


def timeline(failure: Failure) -> str:
    """The picture, as an `svg` element for a page with the style `timeline.css`."""
    return _Drawing(failure).whole()


class _Drawing:
    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        self.history: History = failure.history
        self.parts: list[str] = []
        self.y = 58.0
        self.since = 40.0
        """Where the mirror's line began to be of its present colour."""
        self.parted = False
        self.working: float | None = None
        self.before: tuple[State, ...] = ()

    def whole(self) -> str:
        found = shortened(events(self.failure))
        for event in found:
            before = self.y
            draw = getattr(self, f"_{event.kind}")
            self._group(draw, event)
            if event.kind not in ("clock", "more", "settle") and self.y - before:
                self._time(before, event)
        self._end()
        height = round(self.y + 14)
        count = len([event for event in found if event.kind == "request"])
        title = f"Time line of {len(self.failure.scenario.steps)} steps and {count} requests"
        return (
            f'<svg class="timeline" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{title}">'
            f"{self._frame(height)}{''.join(self.parts)}</svg>"
        )

    # --- pieces ---

    def _group(self, draw: Callable[[Event], None], event: Event) -> None:
        title = f"<title>{self._safe(event.detail, 1200)}</title>" if event.detail else ""
        self.parts.append(f"<g>{title}")
        draw(event)
        self.parts.append("</g>")

    def _safe(self, text: str, columns: int) -> str:
        return escape(cut(clean(text, self.history.secrets, keep="\n" if columns > 200 else ""), columns))

    def _text(self, x: float, y: float, text: str, style: str = "", room: float = 0, anchor: str = "") -> None:
        columns = int(room / LETTER) if room else 200
        anchored = f' text-anchor="{anchor}"' if anchor else ""
        classed = f' class="{style}"' if style else ""
        self.parts.append(f'<text x="{x:g}" y="{y:g}"{classed}{anchored}>{self._safe(text, columns)}</text>')

    def _line(self, x1: float, y1: float, x2: float, y2: float, style: str) -> None:
        self.parts.append(f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" class="{style}"/>')

    def _box(self, x: float, y: float, wide: float, high: float, style: str, round_: float = 5) -> None:
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" rx="{round_:g}" class="{style}"/>'
        )

    def _head(self, x: float, y: float, direction: int, style: str) -> None:
        """The head of an arrow that points left (-1) or right (1)."""
        back = x - 8 * direction
        self.parts.append(f'<polygon points="{x:g},{y:g} {back:g},{y - 4:g} {back:g},{y + 4:g}" class="{style}"/>')

    def _frame(self, height: int) -> str:
        kept, self.parts = self.parts, []
        self._box(OTHERS - 8, 0, VENDOR - OTHERS - 6, height, "lane", 8)
        self._box(MIRROR - 12, 0, WIDTH - MIRROR + 12, height, "lane", 8)
        for x, words, anchor in (
            (78, "Time (UTC)", "end"),
            (OTHERS, "Others at the vendor, and faults", ""),
            (VENDOR, "Vendor", "middle"),
            ((VENDOR + CLIENT) / 2, "what the client asks and is told", "middle"),
            (CLIENT, "Client", "middle"),
            (MIRROR + 8, "Its mirror, against the truth", ""),
        ):
            self._text(x, 20, words, "head" if "what" not in words else "faint", 0, anchor)
        self._text(78, 38, day(self.history.start), "time", 0, "end")
        for x in (VENDOR, CLIENT):
            self._line(x, 30, x, height - 8, "axis")
        made, self.parts = "".join(self.parts), kept
        return made

    def _time(self, y: float, event: Event) -> None:
        if event.kind in ("request", "written", "mirror") or event.at is None:
            return
        self._text(78, y + 15, time_of_day(event.at), "time", 0, "end")

    def _step(self, event: Event, y: float) -> float:
        """Write the step's number, and tell how much room it takes."""
        if event.step is None:
            return 0
        self._text(OTHERS, y, f"{event.step}.", "step")
        return LETTER * (len(str(event.step)) + 1) + 5

    # --- events ---

    def _clock(self, event: Event) -> None:
        y = self.y
        self._box(0, y, WIDTH, 22, "band", 0)
        self._line(0, y, WIDTH, y, "rule")
        self._line(0, y + 22, WIDTH, y + 22, "rule")
        indent = self._step(event, y + 15)
        arrow = "↺" if "back" in event.words else "⏱"
        self._text(OTHERS + indent, y + 15, f"{arrow} {event.words}")
        if event.at is not None:
            self._text(78, y + 15, time_of_day(event.at), "time", 0, "end")
            self._text(WIDTH - 10, y + 15, f"now {day(event.at)} {time_of_day(event.at)}", "faint", 0, "end")
        self.y += 32

    def _settle(self, event: Event) -> None:
        self._line(OTHERS - 8, self.y + 4, WIDTH, self.y + 4, "rule")
        self._text(OTHERS, self.y + 20, event.words, "faint")
        self.y += 32

    def _more(self, event: Event) -> None:
        self._text((VENDOR + CLIENT) / 2, self.y + 13, event.words, "faint", 0, "middle")
        self.y += 24

    def _others(self, event: Event) -> None:
        self._act(event, event.words, "named" if event.named else "act")
        y = self.y - 20
        self._line(VENDOR - 40, y, VENDOR, y, "other")
        self._head(VENDOR, y, 1, "other")

    def _fault(self, event: Event) -> None:
        self._act(event, f"ϟ {event.words}", "trouble")

    def _act(self, event: Event, words: str, style: str) -> None:
        """A box in the lane of others, of one line or two."""
        y = self.y
        indent = self._step(event, y + 15)
        x, wide = OTHERS + indent, VENDOR - OTHERS - 40 - indent
        columns = int((wide - 14) / LETTER)
        first, *rest = textwrap.wrap(clean(words, self.history.secrets), columns, break_on_hyphens=False) or [""]
        self._box(x, y, wide, 22 if not rest else 38, style)
        self._text(x + 7, y + 15, first, "", wide - 14)
        if rest:
            self._text(x + 7, y + 31, " ".join(rest), "", wide - 14)
        self.y += 31 if not rest else 47

    def _task(self, event: Event) -> None:
        y = self.y
        number = f"{event.step}. " if event.step is not None else ""
        words = f"{number}{event.words}{' (settling)' if event.settling else ''}"
        room = CLIENT - VENDOR - 34
        if event.named:
            self._box(VENDOR + 6, y, CLIENT - VENDOR - 16, 22, "named")
        self._text(CLIENT - 16, y + 15, words, "", room, "end")
        self._head(CLIENT - 3, y + 11, 1, "working")
        self.working = y + 4
        self.y += 25

    def _request(self, event: Event) -> None:
        y = self.y
        room = CLIENT - VENDOR - 34
        struck = bool(event.faults)
        if event.named:
            self._box(VENDOR + 6, y, CLIENT - VENDOR - 16, 44, "named")
        self._text(VENDOR + 16, y + 12, f"#{event.n} {event.words}", "", room)
        self._line(VENDOR + 4, y + 17, CLIENT - 6, y + 17, "ask")
        self._head(VENDOR + 1, y + 17, -1, "ask")
        told = f"ϟ {', '.join(event.faults)}: {event.told}" if struck else event.told
        self._text(CLIENT - 16, y + 32, told, "warned" if struck else "", room, "end")
        self._line(VENDOR + 2, y + 37, CLIENT - 10, y + 37, "struck" if struck else "answer")
        self._head(CLIENT - 4, y + 37, 1, "struck" if struck else "ask")
        self.y += 52

    def _written(self, event: Event) -> None:
        y = self.y
        self.parts.append(f'<circle cx="{VENDOR}" cy="{y + 10:g}" r="5" class="working"/>')
        self._text(VENDOR + 16, y + 14, event.words, "flawed" if event.named else "", CLIENT - VENDOR - 34)
        self.y += 26

    def _mirror(self, event: Event) -> None:
        if self.working is not None:
            self._box(CLIENT - 4, self.working, 8, self.y - self.working, "working", 3)
            self.working = None
        top = self.y
        if event.failed:
            self._text(MIRROR + 8, self.y + 13, event.words, "warned", WIDTH - MIRROR - 16)
            self.y += 20
        if event.states is None:
            self._text(MIRROR + 8, self.y + 13, "the mirror was not shown", "faint")
            self.y += 24
            return
        self._line(CLIENT + 4, self.y + 11, MIRROR - 4, self.y + 11, "ask")
        self._head(MIRROR - 4, self.y + 11, 1, "ask")
        self._chips(event.states)
        if event.parts:
            self._flag(event, top)
        self.y += 8

    def _chips(self, states: tuple[State, ...]) -> None:
        held = sum(1 for state in states if state.kind != "missing")
        self._text(MIRROR + 8, self.y + 15, f"holds {held}" if held else "holds nothing", "faint")
        x, right = MIRROR + 8 + LETTER * (9 if held else 14), WIDTH - 8
        bad = sorted((each for each in states if each.kind != "same"), key=self._rank)
        good = [each for each in states if each.kind == "same"]
        if states == self.before and len(bad) > 2:
            labels = [(f"as before: {len(bad)} not as at the vendor", "part")]
        else:
            labels = [(self._chip(each), "part") for each in bad[:MOST_CHIPS]]
            if len(bad) > MOST_CHIPS:
                labels.append((f"and {len(bad) - MOST_CHIPS} more", "part"))
        if len(good) > MOST_AGREEING:
            labels.append((f"{len(good)} agree ✓", "agree"))
        else:
            labels += [(self._chip(each), "agree") for each in good]
        self.before = states
        for label, style in labels:
            label = cut(clean(label, self.history.secrets), 40)
            wide = LETTER * sum(map(width, label)) + 12
            if x + wide > right:
                x, self.y = MIRROR + 8, self.y + 26
            self._box(x, self.y, wide, 22, style, 11)
            self._text(x + 6, self.y + 15, label)
            x += wide + 5
        self.y += 26

    def _rank(self, state: State) -> int:
        tickets = self.failure.tickets
        return tickets.index(state.ticket) if state.ticket in tickets else len(tickets)

    def _name(self, ticket: str) -> str:
        return self.history.labels.get(ticket) or comparing.show(ticket, 20)

    def _chip(self, state: State) -> str:
        name = self._name(state.ticket)
        if state.kind == "differs":
            first = state.differences[0].field if state.differences else ""
            more = len(state.differences) - 1
            return f"{name} ≠ {first}{f' +{more}' if more > 0 else ''}"
        words = {"same": "✓", "missing": "missing", "kept": "still held", "invented": "never was"}
        return f"{name} {words[state.kind]}"

    def _flag(self, event: Event, top: float) -> None:
        """The mark where truth and mirror part, across the wire to the vendor."""
        lines = [line for state in event.parts[:3] for line in self._parting(state)]
        if len(event.parts) > 3:
            lines.append(f"and {len(event.parts) - 3} more tickets")
        y, x, wide = self.y + 4, MIRROR + 8, WIDTH - MIRROR - 16
        self._line(VENDOR, y + 11, x, y + 11, "cause")
        self.parts.append(
            f'<polygon points="{VENDOR},{y + 4:g} {VENDOR + 7},{y + 11:g} {VENDOR},{y + 18:g} {VENDOR - 7},{y + 11:g}" '
            'class="diamond"/>'
        )
        self._box(x, y, wide, 22, "flag", 4)
        self._text(x + 8, y + 15, "From here truth and mirror part", "flagged")
        self._box(x, y + 22, wide, 18 * len(lines) + 8, "part", 4)
        for n, line in enumerate(lines):
            self._text(x + 8, y + 38 + 18 * n, line, "", wide - 14)
        if not self.parted:
            self._line(MIRROR - 3, self.since, MIRROR - 3, y + 11, "agreed")
            self.since, self.parted = y + 11, True
        self.y = y + 22 + 18 * len(lines) + 14

    def _parting(self, state: State) -> list[str]:
        name = self._name(state.ticket)
        words = {
            "missing": f"{name}: at the vendor, not in the mirror",
            "kept": f"{name}: in the mirror, not at the vendor",
            "invented": f"{name}: in the mirror, never at the vendor",
        }
        if state.kind != "differs":
            return [words[state.kind]]
        named = {each.facts.get("field") for each in self.failure.breaches if each.facts.get("ticket") == state.ticket}
        shown = [each for each in state.differences if each.field in named] or list(state.differences)
        secrets = self.history.secrets
        lines = []
        for each in shown[:2]:
            both = side_by_side.sides(each.truth, each.mirror, 200, secrets)
            truth, mirror = both.texts
            lines += [f"{name} {each.field}", f"  truth  {truth}", f"  mirror {mirror}"]
            lines += [f"  {both.place}"] if both.place else []
        return lines if len(shown) <= 2 else [*lines, f"and {len(shown) - 2} more fields"]

    def _end(self) -> None:
        if self.history.mirror is not None or self.parted:
            style = "parted" if self.parted else "agreed"
            self._line(MIRROR - 3, self.since, MIRROR - 3, self.y, style)
