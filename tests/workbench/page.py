"""The page as somebody in front of it sees it: by the names of things, and waiting as long as it takes."""

from __future__ import annotations

from typing import Any

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

SLOWEST = 60
"""Seconds after which a test gives up; no test measures time by it."""


class Page:
    """The page in a browser."""

    def __init__(self, browser: webdriver.Chrome, url: str) -> None:
        self.browser, self.url = browser, url
        self._said: list[str] = []

    def open(self, view: str, query: str = "") -> None:
        """Load the page anew, and show a view."""
        self.browser.get("about:blank")
        self.browser.get(f"{self.url}/_mock/{query}#/{view}")
        self.until("document.querySelector('.live.live')")

    def show(self, view: str) -> None:
        """Show another view of the page that is loaded."""
        self.browser.execute_script("location.hash = '#/' + arguments[0]", view)
        name = view.partition("/")[0]
        self.until(f"document.querySelector('main.view-{name} > *')")

    def run(self, script: str, *given: Any) -> Any:
        return self.browser.execute_script(script, *given)

    def until(self, expression: str) -> Any:
        """Wait until an expression of JavaScript is true, and give back what it is."""
        waiting = WebDriverWait(self.browser, SLOWEST, poll_frequency=0.05)
        return waiting.until(lambda browser: browser.execute_script(f"return {expression}"), expression)

    def text(self, selector: str = "main") -> str:
        return str(self.run("return document.querySelector(arguments[0])?.innerText || ''", selector))

    def until_text(self, text: str, selector: str = "main") -> None:
        waiting = WebDriverWait(self.browser, SLOWEST, poll_frequency=0.05)
        waiting.until(lambda _: text in self.text(selector), f"{text!r} in {selector}")

    def find(self, selector: str) -> WebElement:
        self.until(f"document.querySelector({selector!r})")
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def button(self, name: str, inside: str = "body") -> WebElement:
        """The button with this text, or this label, once there is one."""
        script = """return [...document.querySelectorAll(arguments[1] + ' button, ' + arguments[1] + ' summary')].find(
            (each) => each.innerText.trim() === arguments[0] || each.ariaLabel === arguments[0]) || null"""
        waiting = WebDriverWait(self.browser, SLOWEST, poll_frequency=0.05)
        found: WebElement = waiting.until(lambda browser: browser.execute_script(script, name, inside), name)
        return found

    def click(self, name: str, inside: str = "body") -> None:
        waiting = WebDriverWait(self.browser, SLOWEST, 0.05, ignored_exceptions=[StaleElementReferenceException])
        waiting.until(lambda _: self.button(name, inside).click() or True)

    def field(self, label: str) -> WebElement:
        """The input under this label."""
        script = """return [...document.querySelectorAll('main .field, main .values label')].find(
            (each) => each.querySelector('span').innerText === arguments[0])?.querySelector('input, select, textarea') || null"""
        waiting = WebDriverWait(self.browser, SLOWEST, poll_frequency=0.05)
        found: WebElement = waiting.until(lambda browser: browser.execute_script(script, label), label)
        return found

    def choose(self, label: str, value: str) -> None:
        Select(self.field(label)).select_by_value(value)

    def rows(self) -> int:
        """Rows of the table of calls that are in the document."""
        return int(self.run("return document.querySelectorAll('.rows .row').length"))

    def count(self) -> int:
        """Rows that the table says it has."""
        return int(self.run("return document.querySelector('[role=grid]').getAttribute('aria-rowcount') - 1"))

    def until_count(self, count: int) -> None:
        self.until(f"document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') === '{count + 1}'")

    def complaints(self) -> list[str]:
        """What the browser complained of: errors, and whatever the policy of the page kept away."""
        self._said += [each["message"] for each in self.browser.get_log("browser") if each["level"] == "SEVERE"]
        # Chromium puts a styled sentence into a document that is no XML; that the policy forbids the style is as it should be.
        known = ("Failed to load resource", "/static/decode.js")
        return [each for each in self._said if not any(part in each for part in known)]
