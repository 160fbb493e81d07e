"""Lognormals that explain lengths of time, fitted by expectation and maximisation, as a desk profile writes them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mockservers.kernel.instants import DAY, HOUR, MINUTE, SECOND

POINTS = 400
"""Quantiles of which a distribution is fitted, whatever the number of tickets."""
ROUNDS = 60


def figures(number: float) -> float:
    """Three figures, which is more than such counts tell."""
    return float(f"{number:.3g}")


def mixture(lengths: Sequence[int]) -> list[dict[str, Any]]:
    """One to three lognormals that explain lengths of time, as a profile writes them; the fewest that do nearly as well."""
    logs = _quantiles([math.log(max(length, SECOND)) for length in lengths])
    size = len(lengths)
    best: tuple[float, list[_Part]] | None = None
    for count in (1, 2, 3):
        parts, likelihood = _fitted(logs, count)
        # The criterion of Bayes: a part more must explain more than its three numbers cost.
        cost = (3 * count - 1) * math.log(size) - 2 * likelihood * size / len(logs)
        if best is None or cost < best[0]:
            best = cost, parts
    assert best is not None
    shares = [round(each.share, 3) for each in best[1]]
    return [
        {
            **({"share": share} if len(shares) > 1 else {}),
            "median": _written(round(math.exp(each.mean))),
            "spread": figures(min(100.0, max(1.0, math.exp(each.deviation)))),
        }
        for each, share in zip(best[1], shares, strict=True)
        if share > 0
    ]


def _written(length: int) -> str:
    """A length to three figures, in a unit that people use."""
    for unit, size in (("d", DAY), ("h", HOUR), ("m", MINUTE)):
        if length >= 2 * size:
            return f"{figures(length / size):g}{unit}"
    return f"{max(1.0, figures(length / SECOND)):g}s"


def _quantiles(ordered: Sequence[float]) -> list[float]:
    if len(ordered) <= POINTS:
        return list(ordered)
    return [ordered[int((n + 0.5) * len(ordered) / POINTS)] for n in range(POINTS)]


@dataclass(frozen=True, slots=True)
class _Part:
    share: float
    mean: float
    deviation: float

    def density(self, value: float) -> float:
        distance = (value - self.mean) / self.deviation
        return self.share * math.exp(-distance * distance / 2) / self.deviation


def _fitted(values: Sequence[float], count: int) -> tuple[list[_Part], float]:
    """So many normals by expectation and maximisation, and the log-likelihood."""
    size = len(values)
    chunks = [values[size * n // count : size * (n + 1) // count] or values for n in range(count)]
    parts = [_part(chunk, [1.0] * len(chunk), len(chunk) / size) for chunk in chunks]
    for _ in range(ROUNDS):
        weights = [[part.density(value) for part in parts] for value in values]
        totals = [sum(row) or 1e-300 for row in weights]
        columns = [[row[n] / total for row, total in zip(weights, totals, strict=True)] for n in range(count)]
        parts = [_part(values, column, sum(column) / size) for column in columns]
    constant = math.log(2 * math.pi) / 2
    likelihood = sum(math.log(sum(part.density(value) for part in parts) or 1e-300) - constant for value in values)
    return sorted(parts, key=lambda each: each.mean), likelihood


def _part(values: Sequence[float], weights: Sequence[float], share: float) -> _Part:
    total = sum(weights) or 1e-300
    mean = sum(value * weight for value, weight in zip(values, weights, strict=True)) / total
    square = sum(weight * (value - mean) ** 2 for value, weight in zip(values, weights, strict=True)) / total
    return _Part(share, mean, max(math.sqrt(square), 0.05))
