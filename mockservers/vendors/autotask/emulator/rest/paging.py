"""The addresses of the next and the previous page, as the service writes them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import quote_plus

from mockservers.kernel.store import fits

FIRST = -1
"""What the first page follows: every id is above it."""
_MOST_KEPT = 20
_CODE = re.compile("%[0-9A-F]{2}")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a query: the id it follows, and those that earlier pages followed, the last of them last."""

    after: int = FIRST
    earlier: tuple[int, ...] = ()
    size: int | None = None


def read(text: str) -> Page | None:
    """The page that an address names; None for what is no page."""
    try:
        found = json.loads(text)
        after, earlier, size = found["nextIds"][-1], found.get("previousIds") or [], found.get("pageSize")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return None
    numbers = [after, *earlier, 1 if size is None else size] if isinstance(earlier, list) else [None]
    if not all(isinstance(each, int) and not isinstance(each, bool) and fits(each) for each in numbers):
        return None
    return Page(after, tuple(earlier[-_MOST_KEPT:]), size)


def coded(text: str) -> str:
    """A text inside a query string, in the letters in which .NET writes percent codes."""
    return _CODE.sub(lambda found: found[0].lower(), quote_plus(text, safe="-_.!*()"))


def _address(base: str, page: Page, size: int, search: str | None) -> str:
    shown = json.dumps(
        {"pageSize": size, "previousIds": list(page.earlier), "nextIds": [page.after]}, separators=(",", ":")
    )
    tail = "" if search is None else f"&search={coded(search)}"
    return f"{base}/query/next?paging={coded(shown)}{tail}"


def following(base: str, page: Page, last: int, size: int, search: str | None) -> str:
    """The address of the page after one that ended with the id `last`; `search` stands in it when the query was a GET."""
    return _address(base, Page(last, (*page.earlier, page.after)[-_MOST_KEPT:]), size, search)


def before(base: str, page: Page, size: int, search: str | None) -> str | None:
    """The address of the page before; None for the first one."""
    if not page.earlier:
        return None
    return _address(base, Page(page.earlier[-1], page.earlier[:-1]), size, search)
