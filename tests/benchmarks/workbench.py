"""The workbench under load: what a page that is open costs the server, and whether the browser grows.

The cost is processor time of the server for an answer, with a reader of the stream and without, in turns: on a machine that
others use too, answers a second would tell more of them than of us. The browser is Chromium, where it is installed.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import time
from typing import Any

from serving import FROZEN, Served, processor_seconds, rate, serve

Row = tuple[str, str, str]
REQUEST = (
    b"GET /API/default.aspx?key=demo-key&action=get_tickets&tid=*&count=10&page=%d HTTP/1.1\r\nHost: localhost\r\n\r\n"
)
REQUESTS = [REQUEST % number for number in range(1, 21)]


def cost(served: Served, seconds: float) -> float:
    """Processor milliseconds of the server for an answer."""
    before = processor_seconds(served.process.pid)
    answers = rate(served.url, REQUESTS, seconds) * seconds
    return 1000 * (processor_seconds(served.process.pid) - before) / answers


def figures(quick: bool) -> list[Row]:
    served = serve(*FROZEN, "--data", "demo")
    rounds, seconds = (3, 3.0) if quick else (7, 6.0)
    cost(served, 1.0)
    without, reading = [], []
    for _ in range(rounds):
        without.append(cost(served, seconds))
        reader = subprocess.Popen(
            ["curl", "-sN", f"{served.url}/_mock/v1/stream?since=1000000000"], stdout=subprocess.DEVNULL
        )
        time.sleep(0.5)
        reading.append(cost(served, seconds))
        reader.terminate()
        reader.wait()
    plain, read = statistics.median(without), statistics.median(reading)
    rows: list[Row] = [
        ("workbench: processor time of an answer, no page open", "-", f"{plain:.3f} ms"),
        ("  with a page open", "1.10x", f"{read:.3f} ms ({read / plain:.2f}x)"),
    ]
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is not None and driver is not None:
        rows += growth(served, program, driver, 3.0 if quick else 20.0)
    served.stop()
    return rows


def growth(served: Served, program: str, driver: str, seconds: float) -> list[Row]:
    """The page's memory and nodes after more and more calls."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for each in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage"):
        options.add_argument(f"--{each}")
    browser = webdriver.Chrome(options=options, service=Service(driver))
    try:
        browser.get(f"{served.url}/_mock/#/calls")
        time.sleep(2)
        seen = []
        for _ in range(4):
            rate(served.url, REQUESTS, seconds)
            time.sleep(2)
            seen.append(measured(browser))
    finally:
        browser.quit()
    told = ", ".join(f"{heap / 1e6:.0f} MB" for _, heap, _ in seen)
    return [
        (f"  the page's memory after {', '.join(f'{calls:,}' for calls, _, _ in seen)} calls", "level", told),
        ("  nodes of its document", "level", ", ".join(f"{nodes:,}" for _, _, nodes in seen)),
    ]


def measured(browser: Any) -> tuple[int, int, int]:
    """How many calls the page knows of, bytes of its heap, nodes of its document."""
    browser.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
    browser.execute_cdp_cmd("Performance.enable", {})
    metrics = {
        each["name"]: int(each["value"]) for each in browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    }
    count = browser.execute_script("return document.querySelector('nav .count')?.innerText.replaceAll(',', '') || '0'")
    return int(count), metrics["JSHeapUsedSize"], browser.execute_script("return document.querySelectorAll('*').length")
