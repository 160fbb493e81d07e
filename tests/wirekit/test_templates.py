"""Templates: every value is escaped and shown as its page wants it, and nothing that is missing is passed over."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, UndefinedError

from mockservers.wirekit import templates

PACKAGE = templates.FOLDER.parent
ALL = sorted(PACKAGE.rglob("*.j2"))
HOSTILE = "<b>\"x\" & 'y'</b>"
SAFE = "&lt;b&gt;&quot;x&quot; &amp; &#x27;y&#x27;&lt;/b&gt;"


def made(folder: Path, text: str, show: templates.Show = templates.verbatim, **values: Any) -> str:
    (folder / "page.html.j2").write_text(text, "utf-8")
    return templates.render("page.html.j2", show, folder, **values)


@pytest.mark.parametrize(
    "text",
    [
        "{{ x }}",
        "{{ [x] | join }}",
        "{{ x | lines }}",
        "{% set y = x %}{{ y }}",
        "{% for each in [x] %}{{ each }}{% endfor %}",
        "{% macro a(y) %}{{ y }}{% endmacro %}{{ a(x) }}",
        "{% set y %}{{ x }}{% endset %}{{ y }}",
    ],
)
def test_every_value_is_escaped_once(tmp_path: Path, text: str) -> None:
    assert made(tmp_path, text, x=HOSTILE) == SAFE


def test_no_value_is_a_template(tmp_path: Path) -> None:
    assert made(tmp_path, "{{ x }}", x="{{ 7 * 7 }}{% set %}") == "{{ 7 * 7 }}{% set %}"


def test_every_text_is_shown_as_the_page_wants_it(tmp_path: Path) -> None:
    def show(text: str, keep: str = "") -> str:
        return text.replace("secret", "***") if keep else text.replace("secret", "***").replace("\n", "\\n")

    (tmp_path / "inner.html.j2").write_text("{{ x }}", "utf-8")
    text = "{% include 'inner.html.j2' %}{% macro a(y) %}{{ y }}{% endmacro %}{{ a(x) }}<pre>{{ x | lines }}</pre>"
    assert made(tmp_path, text, show, x="a\nsecret<") == "a\\n***&lt;a\\n***&lt;<pre>a\n***&lt;</pre>"


def test_a_part_stands_in_the_whole_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "part.html.j2").write_text("<i>{{ x }}</i>", "utf-8")
    part = templates.part("part.html.j2", folder=tmp_path, x=HOSTILE)
    assert made(tmp_path, "{{ part }}", lambda text, keep="": "hidden", part=part) == f"<i>{SAFE}</i>"


def test_quotes_stay_between_tags_where_a_template_says_so(tmp_path: Path) -> None:
    assert made(tmp_path, "{{ x | element }}", x=HOSTILE) == "&lt;b&gt;\"x\" &amp; 'y'&lt;/b&gt;"


def test_what_is_missing_is_an_error(tmp_path: Path) -> None:
    for text in ("{{ x }}", "{{ y.x }}", "{{ 'a' if y.z }}", "{{ x | lines }}"):
        with pytest.raises(UndefinedError):
            made(tmp_path, text, y={"z": ""})


def test_things_are_counted_in_words() -> None:
    assert [templates.counted(n, "step") for n in (0, 1, 2)] == ["0 steps", "1 step", "2 steps"]


def test_there_are_templates() -> None:
    assert {"start_page.html.j2", "check_report.html.j2", "asmx_error.html.j2"} <= {path.name for path in ALL}


OF_THIS_SERVER = re.compile(
    r'<(?:script type="module"|link rel="(?:icon|stylesheet)") (?:src|href)="/_mock/static/[a-z_]+\.[a-z]+">'
)
"""What the workbench may ask for: files of the server that serves the page."""


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_templates_leave_escaping_on_and_load_nothing(path: Path) -> None:
    text = path.read_text("utf-8")
    text = OF_THIS_SERVER.sub("", text)
    Environment(autoescape=True).parse(text)
    # `~` joins markup and text: what comes of it counts as markup, so it would not be shown as the page wants it.
    for word in (r"\|\s*safe\b", "autoescape", r"\bMarkup\b", r"\{[{%][^}]*~", "<script", "<link", "<img", r"\bon\w+="):
        assert not re.search(word, text), word


@pytest.mark.parametrize("path", sorted(templates.FOLDER.glob("*.css")), ids=lambda path: path.name)
def test_styles_load_nothing(path: Path) -> None:
    assert not re.search(r"url\(|@import|\{[{%#]", path.read_text("utf-8"))


def test_jinja2_is_loaded_by_the_first_page() -> None:
    code = (
        "import sys\n"
        "from mockservers.wirekit import pages\n"
        "assert 'jinja2' not in sys.modules and 'markupsafe' not in sys.modules\n"
        "assert 'gone' in pages.error('gone')\n"
        "print('jinja2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "True\n", done.stderr
