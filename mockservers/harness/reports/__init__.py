"""Reports of checks and replays: text, JSON, JUnit XML and HTML, each a pure function of what was found.

Nothing here knows a vendor: what a request asked and was told is put in words by `readers.line`. Secrets are masked
and control characters made visible at the edge, since clients and vendors choose much of what is shown.
"""

from __future__ import annotations

from mockservers.harness.reports.text import check_text, plain, proof_lines, replay_text

__all__ = ["check_text", "plain", "proof_lines", "replay_text"]
