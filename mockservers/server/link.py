"""A worker's side of the channel to the process that has the port (see `workers`): connections come by it, and questions.

The channel ends when that process ends, however that happens; the worker then finishes its answers, and ends too.
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from mockservers.server.channel import Channel, Said

PATIENCE = 3.0
"""Seconds in which the other workers answer a question; whoever is busy for longer is left out."""
Answerer = Callable[[int, Any], Any]
"""Answers a question: gets the number of the worker that asks, and what it says."""


class Link:
    """The link of worker `number`, counted from 1, of `count`. `end` is its end of the channel.

    `connected` gets each connection; `stop` is called when the worker is to end. Both are set before it is opened.
    """

    def __init__(self, end: socket.socket, number: int, count: int) -> None:
        self.number, self.count = number, count
        self.connected: Callable[[socket.socket], None] = socket.socket.close
        self.stop: Callable[[], object] = lambda: None
        self.answerers: dict[str, Answerer] = {}
        """Who answers which question of a worker."""
        self._channel = Channel(end, self._heard, self._orphaned, lambda made: self.connected(made))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked: dict[int, Future[dict[int, Any]]] = {}
        self._questions = 0
        self._last_seconds = 0.0
        self._alone = False
        """Whether the process that has the port has ended, or is left."""

    def open(self, last_seconds: float) -> None:
        """Say that the worker is ready, and take connections. Without the other side it ends after so many seconds at most."""
        self._loop = asyncio.get_running_loop()
        self._last_seconds = last_seconds
        self._channel.open()
        self._channel.say({"say": "ready", "process": os.getpid()})

    def leave(self) -> None:
        """The worker ends: no connection is handed to it any more."""
        self._channel.say({"say": "leaving"})

    def close(self) -> None:
        """Nobody is asked any more; whoever waits for answers gets none."""
        self._let_go()
        self._channel.close()

    def _let_go(self) -> None:
        self._alone = True
        for waiting in self._asked.values():
            if not waiting.done():
                waiting.set_result({})
        self._asked.clear()

    def ask(self, question: str, value: Any = None) -> Future[dict[int, Any]]:
        """Ask all workers, this one too: their answers by number. From any thread; what never comes is left out."""
        answers: Future[dict[int, Any]] = Future()

        def ask() -> None:
            if self._alone:
                answers.set_result({})
                return
            self._questions += 1
            number = self._questions
            self._asked[number] = answers
            self._channel.say({"say": "ask", "id": number, "question": question, "value": value})

        assert self._loop is not None
        self._loop.call_soon_threadsafe(ask)
        return answers

    def answers(self, question: str, value: Any = None) -> Mapping[int, Any]:
        """As `ask`, waiting for the answers; not from the loop, which brings them."""
        try:
            return self.ask(question, value).result(PATIENCE + 2)
        except TimeoutError:
            return {}

    def _heard(self, said: Said) -> None:
        if said["say"] == "ask":
            answerer = self.answerers.get(said["question"])
            answer = None
            try:
                answer = None if answerer is None else answerer(said["from"], said["value"])
            finally:
                self._channel.say({"say": "answer", "id": said["id"], "answer": answer})
        elif said["say"] == "answers":
            waiting = self._asked.pop(said["id"], None)
            if waiting is not None and not waiting.done():
                waiting.set_result({int(number): answer for number, answer in said["answers"].items()})
        elif said["say"] == "stop":
            self.stop()

    def _orphaned(self) -> None:
        """The process that had the port is there no longer."""
        self._let_go()
        self.stop()
        # A thread that waits for a database, or a listener, must not keep an orphan alive.
        end = threading.Timer(self._last_seconds, os._exit, (1,))
        end.daemon = True
        end.start()
