"""Which duties judge: named alone, named away, and agreed in a project's file."""

from __future__ import annotations

import pytest

from mockservers.harness.duties import Duty, Judgement
from mockservers.harness.duties.selection import NO_REASON, NOT_AMONG, select


def duty(id_: str) -> Duty:
    return Duty(id_, f"It keeps {id_}.", (), lambda history: Judgement(1), "anything")


DUTIES = (duty("acme.told_once"), duty("acme.secret_kept"), duty("toy.secret_kept"))


def slugs(**chosen: object) -> tuple[list[str], dict[str, str]]:
    found = select(DUTIES, **chosen)  # type: ignore[arg-type]
    return [each.id for each in found.duties], {each.duty.id: each.reason for each in found.off}


def test_all_judge_unless_somebody_chooses() -> None:
    assert slugs() == ([each.id for each in DUTIES], {})


def test_a_slug_names_the_duty_of_every_vendor_and_a_full_id_one() -> None:
    assert slugs(only=["secret_kept"])[0] == ["acme.secret_kept", "toy.secret_kept"]
    assert slugs(only=["toy.secret_kept"]) == (
        ["toy.secret_kept"],
        {"acme.told_once": NOT_AMONG, "acme.secret_kept": NOT_AMONG},
    )
    assert slugs(without=["told_once"])[1] == {"acme.told_once": NO_REASON}
    assert slugs(without={"told_once": "why"})[1] == {"acme.told_once": "why"}


def test_who_wins() -> None:
    agreed = {"acme.told_once": "the desk", "other.unknown": "of another vendor"}
    assert slugs(agreed=agreed)[1] == {"acme.told_once": "the desk"}
    assert slugs(agreed=agreed, without={"told_once": "today"})[1] == {"acme.told_once": "today"}
    assert slugs(agreed=agreed, only=["told_once"])[0] == ["acme.told_once"]
    assert slugs(agreed=agreed, only=["toy.secret_kept"])[1]["acme.told_once"] == "the desk"
    assert slugs(only=["secret_kept"], without=["toy.secret_kept"])[0] == ["acme.secret_kept"]


def test_what_cannot_be_chosen_is_said() -> None:
    with pytest.raises(ValueError, match=r"there is no duty 'told_onse'; did you mean told_once\?"):
        select(DUTIES, only=["told_onse"])
    with pytest.raises(ValueError, match=r"there is no duty 'acme.secretkept'; did you mean acme.secret_kept\?"):
        select(DUTIES, without=["acme.secretkept"])
    with pytest.raises(ValueError, match=r"there is no duty 'q'; there are acme.told_once, acme.secret_kept, toy"):
        select(DUTIES, without={"q": "why"})
    with pytest.raises(ValueError, match=r"every duty of acme, toy is switched off, so there is nothing to judge by"):
        select(DUTIES, without=["told_once", "secret_kept"])
    with pytest.raises(ValueError, match="only takes a list of duties, got the text 'secret_kept'"):
        select(DUTIES, only="secret_kept")
