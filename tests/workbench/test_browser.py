"""The page in a real browser."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from selenium import webdriver
from selenium.webdriver.common.keys import Keys

from mockservers.kernel.instants import MINUTE
from mockservers.kernel.journal import Exchange
from mockservers.kernel.world import World
from mockservers.server.http import Server
from tests.server import toy
from tests.workbench.conftest import START
from tests.workbench.page import Page

HOSTILE = "<img src=x onerror='window.broken=1'><script>window.broken=1</script>"


def call(door: Server, **params: str) -> requests.Response:
    return requests.get(f"{door.url}/toy", params={"key": "demo-key-1", **params}, timeout=20)


def journal(world: World, count: int) -> None:
    """So many calls in the journal, told to whoever watches."""
    for n in range(count):
        entry = world.journal.open(START, START, "toy", "Echo", "client")
        world.journal.attach(entry, Exchange("GET", f"/toy?n={n}", [], b"", status=200, reply_body=b"{}"))
        for watch in tuple(world.watchers):
            watch(world, entry)


def test_a_call_appears_without_reload_and_opens_beside_the_list(page: Page, door: Server) -> None:
    page.run("window.mine = 1")
    call(door, word="LOUD")
    page.until_count(1)
    page.find(".rows .row").click()
    page.until_text("the word LOUD shouts", ".detail")
    shown = page.text(".detail")
    assert "A careful client does not shout." in shown
    assert "word = LOUD" in shown
    assert str(toy.SOURCE) in shown
    assert "demo-key-1" not in page.run("return document.body.innerText")
    assert page.run("return window.mine") == 1


def test_the_clock_is_advanced_by_a_click(page: Page, door: Server, world: World) -> None:
    page.click("Advance the clock by 5m")
    page.until_text("10:05:00", ".clock")
    assert world.clock.now() == START + 5 * MINUTE
    page.click("Run", ".clock")
    page.button("Freeze", ".clock")
    assert world.clock.state.mode == "real"


def test_a_fault_that_a_form_adds_changes_the_next_answer(page: Page, door: Server) -> None:
    assert call(door).status_code == 200
    page.show("faults")
    page.choose("Kind", "refuse")
    page.choose("refusal", "BUSY")
    page.choose("Vendor", "toy")
    page.choose("refusal", "BUSY")
    page.click("Add the fault")
    page.until_text("0 of 1")
    assert "BUSY" in call(door).text
    page.until_text("1 of 1")
    page.until_text("spent")
    page.click("Clear")
    page.until_text("No fault is planned")


def test_hostile_texts_are_shown_as_text(page: Page, door: Server, world: World) -> None:
    world.act("toy", "create", {"fields": {"word": HOSTILE}})
    call(door, word=HOSTILE)
    requests.post(f"{door.url}/toy/<b>?{HOSTILE}", data=f"<a>{HOSTILE}&lt;</a>", headers={"X-<i>": "<b>1"}, timeout=20)
    requests.post(f"{door.url}/{HOSTILE}", json={"text": HOSTILE, "xml": f"<a b='{{'>{'x' * 30}</a>"}, timeout=20)
    page.until_count(4)
    for n in range(1, 5):
        page.show(f"calls/{n}")
        page.until(
            f"document.querySelector('.detail h2')?.innerText.includes('#{n}') && document.querySelector('.detail h3')"
        )
        for way in ("Text", "Bytes"):
            for index in range(page.run("return document.querySelectorAll('.ways').length")):
                page.run(
                    """[...document.querySelectorAll('.ways')[arguments[0]].children].find(
                        (each) => each.innerText === arguments[1]).click()""",
                    index,
                    way,
                )
    assert "onerror" in page.text(".detail")
    page.show("records/4")
    page.until(
        "[...document.querySelectorAll('.values input, .values textarea')].some((each) => each.value.includes('onerror'))"
    )
    page.show("findings")
    assert page.run("return window.broken") is None
    assert not page.run("return document.querySelectorAll('img[src=x], main script, main b b').length")


def test_what_other_people_did_is_named_in_the_list(page: Page, world: World) -> None:
    world.act("toy", "act", {"id": "1", "action": "shout"})
    page.until_count(1)
    assert "shout (other people)" in page.text(".rows .row")


def test_a_text_that_is_json_is_told_as_such(page: Page, door: Server) -> None:
    head = {"Content-Type": "application/json"}
    requests.post(f"{door.url}/toy?key=demo-key-1", data='"QSBmaWxl"', headers=head, timeout=20)
    page.until_count(1)
    page.find(".rows .row").click()
    page.until_text("JSON, 10 B", ".detail")
    assert '"QSBmaWxl"' in page.text(".detail")


def test_under_a_kind_that_there_is_not_no_other_records_are_listed(page: Page) -> None:
    page.show("records")
    page.until("document.querySelector('table.records')")
    kind = page.find('input[aria-label="Kind of record"]')
    kind.send_keys("sentence", Keys.ENTER)
    page.until_text("there is no kind 'sentence'")
    assert not page.run("return document.querySelectorAll('table.records').length")
    kind.clear()
    kind.send_keys("word", Keys.ENTER)
    page.until("document.querySelector('table.records')")


def test_five_thousand_calls_keep_few_rows_in_the_document(page: Page, door: Server, world: World) -> None:
    page.browser.get("about:blank")
    journal(world, 5000)
    page.open("calls")
    page.until_count(5000)
    assert page.rows() < 80
    assert "5,000 calls" in page.text(".filters")
    grid = page.find("[role=grid]")
    grid.send_keys(Keys.END)
    page.until("document.querySelector('.rows .row.selected .n')?.innerText === '1'")
    journal(world, 300)
    page.until_count(5300)
    assert page.rows() < 80
    assert page.run("return document.querySelector('.rows .row.selected .n').innerText") == "1"
    page.find("input[type=search]").send_keys("n=4999")
    page.until_count(1)


def test_filters_narrow_and_a_pause_holds_the_list_still(page: Page, door: Server, world: World) -> None:
    call(door, word="one")
    call(door, key="wrong")
    page.until_count(2)
    page.run("""const choice = document.querySelector('[aria-label=Outcome]'); choice.value = 'refused';
        choice.dispatchEvent(new Event('change', { bubbles: true }))""")
    page.until_count(1)
    page.click("Clear")
    page.until_count(2)
    page.click("Pause")
    call(door, word="three")
    page.until_text("Go on (1 new)", ".filters")
    assert page.count() == 2
    page.click("Go on (1 new)")
    page.until_count(3)
    page.find("input.rule").send_keys("toy.access.key")
    page.until_count(1)
    page.find("input.rule").send_keys(".none")
    page.until_text("there is no rule 'toy.access.key.none'")
    page.click("Clear")
    page.until_count(3)


def test_the_keyboard_is_enough(page: Page, door: Server) -> None:
    for word in ("first", "second", "third"):
        call(door, word=word)
    page.until_count(3)
    body = page.find("body")
    body.send_keys("/")
    page.until("document.activeElement.type === 'search'")
    page.run("document.activeElement.blur()")
    grid = page.find("[role=grid]")
    grid.send_keys(Keys.ARROW_DOWN)
    page.until_text("word = third", ".detail")
    grid.send_keys(Keys.ARROW_DOWN)
    page.until_text("word = second", ".detail")
    assert (
        page.run(
            "return document.getElementById(arguments[0].getAttribute('aria-activedescendant')).ariaSelected", grid
        )
        == "true"
    )
    grid.send_keys(Keys.ESCAPE)
    page.until("!document.querySelector('.detail')")
    unnamed = """return [...document.querySelectorAll('button, select, input, textarea, a')].filter((each) => each.offsetParent
        && !each.textContent.trim() && !each.ariaLabel && !each.closest('label')?.innerText.trim())
        .map((each) => each.outerHTML)"""
    for view in ("calls", "worlds", "records/1", "faults", "access", "usage", "findings", "rules", "reports", "start"):
        page.show(view)
        assert page.run(unnamed) == [], view


def test_records_credentials_and_worlds_are_changed_by_hand(page: Page, door: Server, world: World) -> None:
    page.show("records/1")
    word = page.field("word")
    word.send_keys(
        Keys.CONTROL, "a"
    )  # `clear` of the driver tells the page nothing, and a page drawn anew has the old word
    word.send_keys("edited")
    page.click("Save 1")
    page.until_text("1 field changed", ".notices")
    assert world.act("toy", "read", {"id": "1"})["fields"] == {"word": "edited"}
    page.show("access")
    page.field("Secret").send_keys("a-new-secret")
    page.click("Add the credential")
    page.until_text("c3")
    assert call(door, key="a-new-secret").status_code == 200
    page.click("Revoke")
    page.click("Revoke it?")
    page.until_text("revoked")
    assert call(door).status_code != 200
    page.show("worlds")
    page.field("Name").send_keys("mine")
    page.click("Create")
    page.until_text("mine")
    page.until("[...document.querySelectorAll('.world option')].some((each) => each.value === 'mine')")
    assert "mine" in door.worlds


def test_a_server_with_a_token_asks_for_it(chromium: webdriver.Chrome) -> None:
    with toy.front(control_token="the-token") as door:
        door.grace = 0.2
        page = Page(chromium, door.url)
        chromium.get(f"{door.url}/_mock/")
        page.find("[name=token]").send_keys("wrong" + Keys.ENTER)
        page.until_text("This is not the control token", ".locked")
        page.find("[name=token]").clear()
        page.find("[name=token]").send_keys("the-token" + Keys.ENTER)
        page.until_text(f"{door.url}/toy", "#start")
        page.show("calls")
        call(door)
        page.until_count(1)
        page.find(".rows .row").click()
        page.until_text("What is sent comes back.", ".detail")
        assert "the-token" not in page.run("return location.href + document.cookie + document.body.innerHTML")
        chromium.get("about:blank")


ATTACK = """<!doctype html><title>begun</title><iframe name="away"></iframe>
<form id="f" method="post" enctype="text/plain" action="{url}/_mock/v1/worlds/default/reset" target="away">
<input name="x" value="1"></form>
<img src="{url}/_mock/v1/worlds"><iframe src="{url}/_mock/"></iframe><script src="{url}/_mock/static/api.js"></script>
<script>
const json = {{ 'Content-Type': 'application/json' }};
const tries = [];
for (const mode of ['cors', 'no-cors', 'same-origin']) for (const credentials of ['include', 'omit']) {{
  tries.push(['/faults', {{ method: 'POST', mode, credentials, headers: json, body: '{{"kind":"reset"}}' }}],
    ['/faults', {{ method: 'POST', mode, credentials, body: '{{"kind":"reset"}}' }}],
    ['/clock/advance', {{ method: 'POST', mode, credentials, headers: json, body: '{{"by":"5m"}}' }}],
    ['/worlds/default/reset', {{ method: 'POST', mode, credentials }}],
    ['/faults', {{ method: 'DELETE', mode, credentials }}],
    ['/export', {{ method: 'POST', mode, credentials, body: '{{"calls":[1],"format":"har"}}' }}],
    ['/stream', {{ mode, credentials }}], ['/journal', {{ mode, credentials }}]);
}}
window.read = [];
Promise.all(tries.map(async ([path, init]) => {{
  try {{ const text = await (await fetch('{url}/_mock/v1' + path, init)).text();
    if (text) window.read.push([path, text]); }} catch {{}}
}})).then(() => {{ f.submit(); setTimeout(() => {{ document.title = 'done'; }}, 300); }});
</script>"""


@contextmanager
def another_origin(html: str) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: Any) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_page_of_another_origin_changes_and_reads_nothing(
    chromium: webdriver.Chrome, door: Server, world: World
) -> None:
    call(door)
    world.faults.add("latency", {"seconds": 0.0})
    with another_origin(ATTACK.format(url=door.url)) as url:
        chromium.get(url)
        page = Page(chromium, url)
        page.until("document.title === 'done'")
        assert page.run("return window.read") == []
    assert len(world.journal) == 1
    assert [each.kind.name for each in world.faults.faults] == ["latency"]
    assert world.clock.now() == START
    chromium.get("about:blank")
