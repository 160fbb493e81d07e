"""The other workers of a server: what this one tells them, what it asks them, and what it answers when they ask.

A server that has its port to itself has no link, and no peers: it asks nobody, and nobody holds a world elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mockservers.kernel.world import World, Worlds
from mockservers.server import metrics

if TYPE_CHECKING:
    from mockservers.server.link import Link


class Peers:
    """The peers of a worker behind `link`, or of a server without one.

    `figures` gives this worker's own figures, as `Metrics.dump` makes them.
    """

    def __init__(self, link: Link | None, worlds: Worlds, figures: Callable[[], dict[str, Any]]) -> None:
        self.link = link
        self._worlds = worlds
        self._own_figures = figures
        self._held: dict[tuple[int, str], bool] = {}
        """Worlds in which another worker, by number, has the vendor answer nobody; and whether a request waits here for that."""
        if link is not None:
            link.answerers |= {
                "figures": lambda number, said: figures(),
                "hold": self._held_by,
                "gone": self._gone,
                "life": self._told_life,
            }

    async def hold(self, world: World, busy: bool) -> bool:
        """Let the vendor of a world answer nobody at the other workers too, or again; tells whether a request waited there."""
        if self.link is None:
            return False
        told = await asyncio.wrap_future(self.link.ask("hold", [world.name, busy]))
        return any(told.values())

    def holds_elsewhere(self, world: World) -> bool:
        """Whether another worker holds a world; whoever asks is a request that waits until it does not."""
        held = [key for key in self._held if key[1] == world.name]
        self._held.update(dict.fromkeys(held, True))
        return bool(held)

    async def pause(self, seconds: float) -> None:
        """Have the process that has the port take no connection for a while."""
        assert self.link is not None
        await asyncio.wrap_future(self.link.ask("pause", seconds))

    def answers(self, question: str, value: Any) -> list[Any]:
        """What the other workers answer, from a thread other than the loop's; nothing where there are none."""
        told = {} if self.link is None else self.link.answers(question, value)
        return [each for each in told.values() if each is not None]

    def figures(self) -> str:
        """The figures of the server as text, whichever of its workers is asked."""
        if self.link is None:
            return metrics.text(len(self._worlds), self._own_figures())
        told = dict(self.link.answers("figures"))
        past = told.pop(0, None)
        return metrics.text_of_workers(len(self._worlds), told, past)

    # --- what others ask, by the number of the worker that asks --------------------------------------------------

    def _held_by(self, number: int, said: tuple[str, bool]) -> bool:
        """A worker begins to hold a world, or ends it; tells whether a request waited here."""
        name, busy = said
        if busy and self.link is not None and number != self.link.number:
            self._held[number, name] = False
            return False
        return self._held.pop((number, name), False)

    def _gone(self, number: int, _said: Any) -> None:
        """A worker has ended: it holds nothing any more."""
        for key in [key for key in self._held if key[0] == number]:
            del self._held[key]

    def _told_life(self, number: int, name: str) -> dict[str, Any] | None:
        """What happened by itself in a world at this worker; whoever asks knows its own."""
        world = self._worlds.known(name)
        if world is None or (self.link is not None and number == self.link.number):
            return None
        from mockservers.server.control import history

        return history.lives(world)
