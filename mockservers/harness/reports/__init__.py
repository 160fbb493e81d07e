"""Reports of checks and replays: text, JSON, JUnit XML and HTML, each a pure function of what was found.

Nothing here knows a vendor: what a request asked and was told is put in words by `readers.line`. Secrets are masked
and control characters made visible at the edge, since clients and vendors choose much of what is shown.
"""

from __future__ import annotations

from mockservers.harness.reports.html import check_html, replay_html
from mockservers.harness.reports.json import check_document, check_json, replay_json
from mockservers.harness.reports.junit import check_junit, replay_junit
from mockservers.harness.reports.text import check_text, counterexample_lines, inapplicable, plain, replay_text

__all__ = [
    "check_document",
    "check_html",
    "check_json",
    "check_junit",
    "check_text",
    "counterexample_lines",
    "inapplicable",
    "plain",
    "replay_html",
    "replay_json",
    "replay_junit",
    "replay_text",
]
