"""A front door with the toy vendor behind it, and Chromium to look at its page: one of each for all tests of a module."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from mockservers.kernel import instants
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World, WorldConfig
from mockservers.server.http import Server
from tests.absent import absent
from tests.server import toy
from tests.workbench.page import Page

START = instants.from_iso("2026-03-01T10:00:00Z")
CONFIG = WorldConfig(mode="frozen", start=START, data={"toy": Recipe("demo", 3)})


@pytest.fixture(scope="module")
def door() -> Iterator[Server]:
    with toy.front(CONFIG) as opened:
        opened.grace = 0.2
        yield opened


@pytest.fixture
def world(door: Server) -> Iterator[World]:
    """The default world of the door; it is as it was when the test is over."""
    yield door.worlds.default
    door.worlds.default.reset()
    for name in set(door.worlds) - {"default"}:
        door.worlds.delete(name)


def _programs() -> tuple[str, str]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        absent("Chromium and its chromedriver are not installed; on Debian: make system")
    return chromium, driver


@pytest.fixture(scope="module")
def chromium() -> Iterator[webdriver.Chrome]:
    program, driver = _programs()
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for each in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "window-size=1280,800"):
        options.add_argument(f"--{each}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(driver))
    yield started
    started.quit()


@pytest.fixture
def page(chromium: webdriver.Chrome, door: Server, world: World) -> Iterator[Page]:
    """The page of the default world, opened anew."""
    opened = Page(chromium, door.url)
    opened.open("calls")
    yield opened
    assert not opened.complaints(), opened.complaints()
