"""Figures for Prometheus: what they count, and that no client can make them many."""

from __future__ import annotations

import contextlib
import re

import requests

from mockservers.kernel.operations import Call
from mockservers.kernel.rules import Unsupported
from mockservers.kernel.world import World
from mockservers.server.metrics import BOUNDS, MEDIA, Metrics, text
from tests.server import toy
from tests.server.conftest import Api

SAMPLE = re.compile(r'[a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\.)*"(?:,(?!\})|(?=\})))*\})? [0-9.e+-]+')


def figures(api: Api) -> tuple[requests.Response, dict[str, float]]:
    answer = api.session.get(f"{api.url}/_mock/v1/metrics", timeout=20)
    lines = [line for line in answer.text.splitlines() if not line.startswith("# ")]
    return answer, {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_calls_are_counted_by_vendor_operation_actor_and_outcome(api: Api, world: World) -> None:
    api.toy(word="a")
    api.toy(word="b", key="wrong")
    api.toy("/toy/add")
    api.post("/worlds", {"name": "mine"})
    api.toy("/w/mine/toy", word="c")
    api.session.get(f"{api.url}/nowhere", timeout=20)
    api.post("/records", {"vendor": "toy"})
    for number in range(3):
        with contextlib.suppress(Unsupported):
            world.perform(Call("toy", f"Made up {number}"))
    api.post("/worlds/default/reset")  # figures go on
    answer, told = figures(api)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, MEDIA)
    assert all(SAMPLE.fullmatch(line) for line in answer.text.splitlines() if not line.startswith("# "))
    calls = {
        name.removeprefix("mockservers_calls_total"): count for name, count in told.items() if "_calls_total" in name
    }
    assert calls == {
        '{vendor="",operation="",actor="client",outcome="unmatched"}': 1,
        '{vendor="toy",operation="Add",actor="client",outcome="ok"}': 1,
        '{vendor="toy",operation="Echo",actor="client",outcome="ok"}': 2,
        '{vendor="toy",operation="Echo",actor="client",outcome="refused"}': 1,
        '{vendor="toy",operation="create",actor="other",outcome="ok"}': 1,
        '{vendor="toy",operation="unknown",actor="client",outcome="unsupported"}': 3,
    }
    assert told["mockservers_worlds"] == 2
    assert told["mockservers_waiting_calls"] == 0
    assert told["process_resident_memory_bytes"] > 1 << 20
    assert told['mockservers_answer_seconds_count{vendor="toy"}'] == 4
    assert told['mockservers_answer_seconds_bucket{vendor="toy",le="+Inf"}'] == 4


def test_answers_are_counted_by_how_long_they_took() -> None:
    metrics = Metrics()
    for seconds in (0.0, 0.001, 0.002, 0.3, 60.0):
        metrics.answered('a"\\\n', seconds)
    with contextlib.closing(toy.worlds()) as worlds:
        told = text(1, metrics.dump(worlds, 0))
    lines = [line for line in told.splitlines() if line.startswith("mockservers_answer")]
    assert len(lines) == len(BOUNDS) + 3
    assert lines[0] == r'mockservers_answer_seconds_bucket{vendor="a\"\\\n",le="0.001"} 2'
    assert [line.rpartition(" ")[2] for line in lines][1:] == [*["3"] * 6, "3", *["4"] * 5, "5", "60.303", "5"]


def test_the_rules_of_the_control_api_hold(api: Api) -> None:
    assert api.ask("GET", "/metrics", headers={"Origin": "http://evil.example"})[0] == 403
    assert api.ask("GET", "/metrics", headers={"Host": "evil.example"})[0] == 403
    assert api.ask("GET", "/metrics?x=1")[0] == 422
    with toy.front(control_token="t0ken") as closed:
        assert requests.get(f"{closed.url}/_mock/v1/metrics", timeout=20).status_code == 401
        good = requests.get(f"{closed.url}/_mock/v1/metrics", headers={"Authorization": "Bearer t0ken"}, timeout=20)
        assert good.status_code == 200
