"""Pages from Jinja2 templates. Every value is escaped on its way in, whoever chose it; only a template's own text is markup.

It stands in `wirekit`, the lowest layer that wires, server and harness all may import; the kernel knows no such library.
"""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.runtime import Context
    from markupsafe import Markup

FOLDER = Path(__file__).resolve().parent.parent / "templates"


class Show(Protocol):
    """How text is written in a page, before it is escaped: `text` without secrets, say. `keep` stays as it is."""

    def __call__(self, text: str, keep: str = "") -> str: ...


def verbatim(text: str, keep: str = "") -> str:
    """The text as it is."""
    return text


def render(name: str, show: Show = verbatim, folder: Path = FOLDER, **values: Any) -> str:
    """The page that a template makes of `values`, each text in it written by `show`."""
    return str(part(name, show, folder, **values))


def part(name: str, show: Show = verbatim, folder: Path = FOLDER, **values: Any) -> Markup:
    """A part of a page, for the template of the whole. What hides other secrets than the whole is a part of its own."""
    return trusted(_environment(folder).get_template(name).render(values, show=show))


def trusted(markup: str) -> Markup:
    """What stands in a page as it is, for its maker has escaped what is in it."""
    from markupsafe import Markup

    return Markup(markup)  # noqa: S704 - the one place where text becomes markup


@cache
def _environment(folder: Path) -> Environment:
    """Made at first use: a server that is ready has shown no page yet. Each template is compiled once."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context

    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=pass_context(_written),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.filters.update(counted=counted, lines=pass_context(_lines), element=pass_context(_element))
    return made


def _written(context: Context, value: Any, keep: str = "", quote: bool = True) -> Any:
    """What stands in the page for a value. Quotes are escaped as ASP.NET and Python do, which Jinja2 alone would not."""
    if hasattr(value, "__html__"):
        return value
    return trusted(escape(context["show"](str(value), keep=keep), quote=quote))


def _lines(context: Context, text: str) -> Any:
    """A text of several lines, for `pre`."""
    return _written(context, text, keep="\n")


def _element(context: Context, text: str) -> Any:
    """A text between tags, with quotes as they are: some of a vendor's bytes are like that."""
    return _written(context, text, quote=False)


def counted(n: int, what: str) -> str:
    """`1 step`, `2 steps`."""
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
