"""Pictures of a report as inline SVG: axes over time, steps, bars and a heat strip.

What lies along the width is placed in per cent and what is written keeps its size, so a picture is as legible on a
telephone as on a wide screen or on paper, without a script. Colours come from the page's style, `rehearsal.css`. All text
goes through `Drawing.safe`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from mockservers.harness.reports.characters import clean, cut

LINE = 16
"""Pixels from a line of the drawing's 12 px type to the next."""


@dataclass(frozen=True)
class Picture:
    """A picture with all that stands around it. `says` is its text alternative, `legend` has a style and words each, and `rows`
    below `head` are the same figures as a table. `closer` are smaller pictures of parts of it, each with its heading, and
    `shape` is a style of the field around the drawing."""

    name: str
    title: str
    says: str
    svg: str
    legend: tuple[tuple[str, str], ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    closer: tuple[tuple[str, str], ...] = ()
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis, at a share of its length; a `minor` one goes where room is scarce."""

    at: float
    words: str
    minor: bool = False


def number(value: float) -> str:
    """A coordinate, as short as it may be."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def steps_up_to(most: float, whole: bool = True) -> list[float]:
    """Round numbers from 0 to at least `most`, four or five of them: the marks of an axis."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / 4
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.999)
    if whole:
        step = float(max(1, math.ceil(step)))
    return [step * n for n in range(math.ceil(most / step - 1e-9) + 1)]


@dataclass
class Drawing:
    """One SVG, drawn piece by piece. `high` is the height of the field between the axes, in pixels."""

    name: str
    title: str
    says: str
    high: float
    secrets: tuple[str, ...] = ()
    parts: list[str] = field(default_factory=list)

    def whole(self) -> str:
        """The element. What is written beside the field lies outside of it, where the style leaves room."""
        ids = f"{self.name}-title {self.name}-says"
        return (
            f'<svg class="plot" width="100%" height="{number(self.high)}" role="img" aria-labelledby="{ids}">'
            f'<title id="{self.name}-title">{self.safe(self.title)}</title>'
            f'<desc id="{self.name}-says">{self.safe(self.says)}</desc>{"".join(self.parts)}</svg>'
        )

    def safe(self, text: str, columns: int = 400) -> str:
        """Text as it may stand in the page: without secrets, nothing unseen, no markup."""
        return escape(cut(clean(text, self.secrets), columns))

    # --- pieces ---

    def text(self, x: str, y: float, words: str, style: str = "", anchor: str = "", dx: float = 0) -> None:
        more = (f' class="{style}"' if style else "") + (f' text-anchor="{anchor}"' if anchor else "")
        moved = f' dx="{number(dx)}"' if dx else ""
        self.parts.append(f'<text x="{x}" y="{number(y)}"{moved}{more}>{self.safe(words, 60)}</text>')

    def line(self, x1: str, y1: float, x2: str, y2: float, style: str) -> None:
        self.parts.append(f'<line x1="{x1}" y1="{number(y1)}" x2="{x2}" y2="{number(y2)}" class="{style}"/>')

    def box(self, x: str, y: float, wide: str, high: float, style: str, title: str = "") -> None:
        told = f"><title>{self.safe(title)}</title></rect>" if title else "/>"
        self.parts.append(f'<rect x="{x}" y="{number(y)}" width="{wide}" height="{number(high)}" class="{style}"{told}')

    def stretched(self, wide: float, high: float, content: Iterable[str]) -> None:
        """A field of its own coordinates, as wide and as high as the picture's."""
        self.parts.append(
            f'<svg width="100%" height="{number(self.high)}" viewBox="0 0 {number(wide)} {number(high)}" '
            f'preserveAspectRatio="none">{"".join(content)}</svg>'
        )

    # --- axes ---

    def levels(self, marks: Sequence[tuple[float, str]], most: float, words: str) -> None:
        """The axis on the left, with a line across at each mark, and what it measures."""
        for value, label in marks:
            y = self.high - self.high * value / most
            self.line("0", y, "100%", y, "grid")
            self.text("-8", y + 4, label, "tick", "end")
        self.text("-8", -12, words, "axis")

    def times(self, ticks: Iterable[Tick], words: str) -> None:
        """The axis at the bottom."""
        self.line("0", self.high, "100%", self.high, "base")
        for tick in ticks:
            x, style = percent(tick.at), "minor" if tick.minor else "major"
            self.line(x, self.high, x, self.high + 5, f"base {style}")
            anchor = "middle" if 0.03 < tick.at < 0.97 else "start" if tick.at <= 0.03 else "end"
            self.text(x, self.high + 18, tick.words, f"tick {style}", anchor)
        self.text("100%", self.high + 36, words, "axis", "end")

    def limit(self, value: float, most: float, words: str, style: str = "wanted") -> None:
        """A line across at a value that means something."""
        y = self.high - self.high * value / most
        self.line("0", y, "100%", y, style)
        self.text("100%", y - 5, words, f"{style} label", "end")

    # --- figures ---

    def area(self, values: Sequence[float | None], most: float, style: str) -> None:
        """Steps with the field below them filled; a value lasts until the next."""
        if path := _steps(values, most, self.high):
            self.stretched(max(1, len(values)), self.high, [f'<path class="{style}" d="{path}"/>'])

    def bar(self, y: float, share: float, high: float, style: str, words: str, more: str = "") -> None:
        """A bar from the left, at most as long as leaves room for its words behind it; `more` words go where room is scarce."""
        wide = percent(share * 0.7)
        self.box("0", y, wide, high, style)
        minor = f'<tspan class="minor"> {self.safe(more)}</tspan>' if more else ""
        self.parts.append(f'<text x="{wide}" y="{number(y + high / 2 + 4)}" dx="6">{self.safe(words)}{minor}</text>')


def _steps(values: Sequence[float | None], most: float, high: float) -> str:
    parts: list[str] = []
    level: str | None = None
    for n, value in enumerate(values):
        y = None if not value else number(high - high * min(value, most) / most)
        if y == level:
            continue
        if y is None:
            parts.append(f"H{n}V{number(high)}")
        elif level is None:
            parts.append(f"M{n} {number(high)}V{y}")
        else:
            parts.append(f"H{n}V{y}")
        level = y
    if level is not None:
        parts.append(f"H{len(values)}V{number(high)}")
    return "".join(parts)


def percent(share: float) -> str:
    """A place along the width."""
    return f"{number(100 * share)}%"
