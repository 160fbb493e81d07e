"""What a campaign comes to: its runs, one check each, and the key of each, by which a result is found again."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from mockservers import __version__, registry
from mockservers.campaign.model import DEFAULTS, Campaign, CampaignClient, CampaignError
from mockservers.harness.drivers import DEADLINE, ClientSpec, WrongClient
from mockservers.harness.duties import of as duties_of
from mockservers.harness.duties.selection import select
from mockservers.harness.fingerprint import fingerprint, of_files
from mockservers.harness.profile import contracted
from mockservers.harness.stimuli import different
from mockservers.registry import did_you_mean

MOST_RUNS = 1_000_000
EACH, ALL = "each", "all"


@dataclass(frozen=True)
class Run:
    """One check of a campaign. `name` is the client's; `folder` is where the client is started."""

    name: str
    vendor: str
    client: ClientSpec
    dialect: str
    seed: int
    folder: str
    examples: int = 180
    max_seconds: float | None = None
    deadline: float = 30.0
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    fail_fast: bool = False
    shrink: bool = True
    library: bool = True
    expect: Literal["kept", "broken"] = "kept"

    @property
    def home(self) -> str:
        """The runs that may share a process: those whose clients find the same neighbours by the same names."""
        given = self.client.client or ""
        if self.client.carrier != "callable":
            return "program"
        file = given.rpartition(":")[0]
        return str((Path(self.folder) / file).parent) if file.endswith(".py") else f"modules of {self.folder}"

    @property
    def key(self) -> str:
        """A digest of all that its outcome hangs on: the check, the client's own file, and what plays and judges."""
        asked = {key: value for key, value in asdict(self).items() if key not in ("name", "expect")}
        known = [asked, __version__, _judges(self.vendor), of_files(self.files)]
        return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:24]

    @property
    def files(self) -> list[Path]:
        """The files that the client's words name; what those import in turn is not seen."""
        words: list[str] = []
        with suppress(ValueError):
            given = self.client.client or self.client.client_command or ""
            words = [given.rpartition(":")[0]] if self.client.carrier == "callable" else shlex.split(given)
        found = (Path(self.folder) / word for word in words if word)
        return [path for path in found if path.is_file() and path.stat().st_size < 64 << 20]

    def __str__(self) -> str:
        return f"{self.name} against {self.vendor}, dialect {self.dialect}, seed {self.seed}"


@cache
def _judges(vendor: str) -> str:
    return fingerprint(vendor)


def runs(campaign: Campaign, folder: Path) -> list[Run]:
    """All runs of a campaign, each once, in the order of the file. Raises CampaignError for what cannot be played."""
    found: dict[str, Run] = {}
    for n, client in enumerate(campaign.clients):
        spec = ClientSpec(
            client.client, client.client_command, client.mirror_command, client.mirror_file, client.fake_time
        )
        place = f"clients.{n} ({client.label})"
        try:
            spec.checked()
        except WrongClient as wrong:
            raise CampaignError(f"{place}: {wrong}") from wrong
        for run in _of(campaign, client, spec, place, str(folder.absolute())):
            found.setdefault(json.dumps(asdict(run), sort_keys=True), run)
            if len(found) > MOST_RUNS:
                raise CampaignError(f"the campaign has over {MOST_RUNS:,} runs; leave seeds or dialects out")
    return list(found.values())


def _of(campaign: Campaign, client: CampaignClient, spec: ClientSpec, place: str, folder: str) -> Iterator[Run]:
    said = {key: campaign.of(client, key, default) for key, default in DEFAULTS.items()}
    dialects, seeds = said.pop("dialects"), said.pop("seeds")
    vendors = campaign.of(client, "vendors", None)
    if vendors is None:
        raise CampaignError(f"{place} names no vendors; name some there, or for the whole campaign")
    for vendor in vendors:
        if vendor not in contracted():
            near = did_you_mean(vendor, contracted())
            raise CampaignError(
                f"{place}: {vendor!r} has no contract{near or '; there are ' + ', '.join(contracted())}"
            )
        try:
            select(duties_of(vendor), said["only"], said["without"])
        except ValueError as wrong:
            raise CampaignError(f"{place}: {wrong}") from wrong
        for dialect in _dialects(vendor, dialects, place):
            for seed in seeds:
                yield Run(client.label, vendor, spec, dialect, seed, folder, **said)


def _dialects(vendor: str, names: Iterable[str], place: str) -> list[str]:
    found: dict[str, None] = {}
    for name in names:
        if name not in (EACH, ALL):
            try:
                registry.emulator(vendor).dialects.dialect(name)
            except ValueError as wrong:
                raise CampaignError(f"{place}: {wrong}") from wrong
        found.update(dict.fromkeys(different(vendor) if name == EACH else [name]))
    return list(found)


def options(run: Run) -> str:
    """The options of `check` by which a run is another one than that of its client, dialect, seed and examples alone."""
    words = [word for duty in run.only for word in ("--only", duty)]
    words += [word for duty in run.without for word in ("--without", duty)]
    words += [] if run.max_seconds is None else ["--max-seconds", f"{run.max_seconds:g}"]
    words += [] if run.deadline == DEADLINE else ["--deadline", f"{run.deadline:g}"]
    words += ["--fail-fast"] if run.fail_fast else []
    words += [] if run.library else ["--no-library"]
    return shlex.join(words)


def facts(run: Run) -> Mapping[str, Any]:
    """A run for people and programs."""
    return {
        "name": run.name,
        "vendor": run.vendor,
        "client": run.client.options,
        "options": options(run),
        "dialect": run.dialect,
        "seed": run.seed,
        "examples": run.examples,
        "expect": run.expect,
    }
