"""A report's hours as the desk's clocks show them: its days, the marks of an axis, and what is drawn of a series."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property

from mockservers.kernel import instants
from mockservers.kernel.instants import HOUR
from mockservers.rehearsal.report import RehearsalReport
from mockservers.rehearsal.reports.drawing import Drawing, Tick

BY_DAY = 60
"""Days beyond which a picture has one value a day."""
BY_MONTH = 400
"""Days beyond which a table has one row a month."""
_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_YEAR = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Span:
    """The hours of a rehearsal, counted from its start, in the desk's time zone; `beside` is what it is drawn together with."""

    def __init__(self, report: RehearsalReport, prefix: str = "", beside: RehearsalReport | None = None) -> None:
        self.report, self.prefix = report, prefix
        self.reports = (report,) if beside is None else (report, beside)
        self.zone = report.zone
        self.count = max(1, len(report.hours["calls"]))
        zone = instants.zone(report.zone)
        self.clocks = [instants.to_datetime(report.start + n * HOUR, zone) for n in range(self.count)]
        self.days: dict[date, list[int]] = {}
        """The numbers of the hours of each day."""
        for n, clock in enumerate(self.clocks):
            self.days.setdefault(clock.date(), []).append(n)

    def drawing(self, name: str, title: str, says: str, high: float) -> Drawing:
        """A picture to be drawn, that shows no secret."""
        secrets = tuple(secret for report in self.reports for secret in report.secrets)
        return Drawing(f"{self.prefix}{name}", title, says, high, secrets)

    @property
    def long(self) -> bool:
        return len(self.days) > BY_DAY + 1

    @property
    def axis(self) -> str:
        return f"time at the desk ({self.zone})"

    def series(self, name: str) -> list[float]:
        """One number an hour; nothing counts as 0."""
        found = [value or 0.0 for value in self.report.hours.get(name, ())]
        return [*found, *[0.0] * (self.count - len(found))][: self.count]

    def drawn(self, name: str) -> list[float]:
        """One number an hour; of a long span each hour has the largest of its day."""
        values = self.series(name)
        if not self.long:
            return values
        for hours in self.days.values():
            most = max(values[n] for n in hours)
            for n in hours:
                values[n] = most
        return values

    def most(self, name: str) -> float:
        """The largest number of a series, of the one beside too."""
        return max((value or 0.0 for report in self.reports for value in report.hours.get(name, ())), default=0.0)

    @property
    def most_behind(self) -> int:
        """The most that was behind when an outage ended."""
        return max((outage.backlog for report in self.reports for outage in report.outages), default=0)

    def place(self, at: int) -> float:
        """Where an instant lies in the span, from 0 to 1."""
        return min(1.0, max(0.0, (at - self.report.start) / (self.count * HOUR)))

    # --- words ---

    @cached_property
    def rows(self) -> list[tuple[str, list[int]]]:
        """The rows of a table: a day each, or of a very long span a month."""
        if len(self.days) <= BY_MONTH:
            return [(f"{_WEEK[day.weekday()]} {day.isoformat()}", hours) for day, hours in self.days.items()]
        months: dict[str, list[int]] = {}
        for day, hours in self.days.items():
            months.setdefault(f"{_YEAR[day.month - 1]} {day.year}", []).extend(hours)
        return list(months.items())

    @property
    def row(self) -> str:
        """What a row of a table is."""
        return "Day" if len(self.days) <= BY_MONTH else "Month"

    def clock(self, at: int) -> str:
        """An instant as the desk's clocks show it, to the minute."""
        moment = instants.to_datetime(at, instants.zone(self.zone))
        return f"{_WEEK[moment.weekday()]} {moment.day} {_YEAR[moment.month - 1]} {moment.hour:02}:{moment.minute:02}"

    def ticks(self) -> list[Tick]:
        """The marks of an axis of the whole span: hours, days, weeks or months, as it is long."""
        days = [(day, hours[0]) for day, hours in self.days.items() if self.clocks[hours[0]].hour == 0]
        if len(self.days) <= 3:
            return self.hours(0, self.count)
        if len(self.days) <= 14:
            return self._marked((n, day_words(day)) for day, n in days)
        if len(self.days) <= 75:
            apart = 7 * -(-len(self.days) // 70)
            return self._marked((n, _day(day)) for day, n in days if day.weekday() == 0 and day.toordinal() % apart < 7)
        apart = next((each for each in (1, 2, 3, 6) if len(self.days) <= 400 * each), 12)
        firsts = [(day, n) for day, n in days if day.day == 1 and (day.month - 1) % apart == 0]
        months = [
            (n, _YEAR[day.month - 1], day.year if day.month == 1 or day == firsts[0][0] else "") for day, n in firsts
        ]
        return self._marked((n, f"{month} {year}".strip()) for n, month, year in months)

    def hours(self, begin: int, end: int) -> list[Tick]:
        """The marks of an axis from one hour to another, a few of them."""
        apart = next((each for each in (1, 3, 6, 12) if (end - begin) <= each * 7), 24)
        chosen = [n for n in range(begin, end) if self.clocks[n].hour % apart == 0]
        words = [f"{self.clocks[n].hour:02}:00" if self.clocks[n].hour else _day(self.clocks[n].date()) for n in chosen]
        return alternating([((n - begin) / (end - begin), word) for n, word in zip(chosen, words, strict=True)])

    def _marked(self, found: Iterable[tuple[int, str]]) -> list[Tick]:
        return alternating([(n / self.count, words) for n, words in found])


def day_words(day: date) -> str:
    """`Mon 2 Mar`."""
    return f"{_WEEK[day.weekday()]} {_day(day)}"


def _day(day: date) -> str:
    return f"{day.day} {_YEAR[day.month - 1]}"


def alternating(marks: Sequence[tuple[float, str]]) -> list[Tick]:
    """Ticks of which every second goes where room is scarce."""
    return [Tick(at, words, minor=len(marks) > 4 and n % 2 == 1) for n, (at, words) in enumerate(marks)]
