"""A client that reads tickets again finds what other people did by themselves, stamped when they did it."""

from __future__ import annotations

from mockservers.kernel.instants import HOUR, SECOND
from tests.lived import quicken
from tests.vendors.trackit.conftest import MakeDesk


def test_reading_again_finds_what_happened_since(make_desk: MakeDesk) -> None:
    desk = make_desk("demo:60")
    quicken(desk.world)
    known = [int(each["1"]) for each in desk.all()]

    def read(ids: list[int]) -> dict[int, dict[str, object]]:
        return {id_: desk.get(f"/tickets/{id_}").ticket for id_ in ids}

    before = read(known)
    desk.advance(4 * HOUR / SECOND)
    new = [int(each["1"]) for each in desk.all() if int(each["1"]) not in before]
    desk.tokens.clear()  # the sessions of the morning have ended
    after = read([*known, *new])
    assert len(new) > 5
    changed = [id_ for id_ in known if after[id_]["2"] != before[id_]["2"]]
    assert len(changed) > 5
    assert all("2026-03-02T10:00" < str(after[id_]["2"]) < "2026-03-02T14:00" for id_ in (*new, *changed))
    desk.world.close()
