"""How many examples property tests try. `MOCKSERVERS_PROFILE` is dev (few), ci (usual) or deep (`MOCKSERVERS_EXAMPLES`)."""

from __future__ import annotations

import os

PROFILE = os.environ.get("MOCKSERVERS_PROFILE", "ci")
_FEWER = 10
"""How many times fewer while one works."""


def examples(usual: int) -> int:
    """The number of examples of a property that CI tries `usual` ones of."""
    asked = os.environ.get("MOCKSERVERS_EXAMPLES")
    if asked is not None:
        return int(asked)
    return max(usual // _FEWER, 3) if PROFILE == "dev" else usual * 20 if PROFILE == "deep" else usual
