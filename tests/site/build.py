"""`make docs`: the documentation site, from docs/ and from the code: `python tests/site/build.py [--out FOLDER]`.

Pages of docs/ are copied, with links to other files of the repository turned into their names; generated pages are added; then
Zensical builds all of it strictly, and every link and anchor of what it built is looked up. Exits 1 where one leads nowhere.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.site import generated, vendor_pages  # noqa: E402  # run as a script, too

DOCS = ROOT / "docs"
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")


def pages() -> dict[str, str]:
    """Every page of the site by its path: those of docs/, and the generated ones. A vendor's page has both parts."""
    found = {path.relative_to(DOCS).as_posix(): path.read_text("utf-8") for path in sorted(DOCS.rglob("*.md"))}
    for name, text in generated.pages().items():
        found[name] = f"{found[name].rstrip()}\n\n{text}" if name in found else text
        if vendor_pages.MARK in found[name]:
            found[name] = found[name].replace(vendor_pages.MARK, vendor_pages.answers(Path(name).stem))
    known = set(found) | set(generated.schemas())
    return {name: linked(name, text, known) for name, text in found.items()}


def linked(page: str, text: str, known: set[str]) -> str:
    """A page whose links to files outside the site are their names: the site may be read without the repository."""
    pieces = re.split(r"(^```.*?^```[^\S\n]*$)", text, flags=re.MULTILINE | re.DOTALL)
    return "".join(
        piece if n % 2 else LINK.sub(lambda link: _linked(page, link, known), piece) for n, piece in enumerate(pieces)
    )


def _linked(page: str, link: re.Match[str], known: set[str]) -> str:
    words, target = link[1], link[2]
    if re.match(r"[a-z]+:|#", target):
        return link[0]
    path = Path(page).parent / target.partition("#")[0]
    inside = Path(*_straight(path.parts)).as_posix()
    if inside in known or (DOCS / inside).is_file():
        return link[0]
    repository = Path(*_straight(("docs", *path.parts)))
    if not (ROOT / repository).exists():
        raise SystemExit(f"docs/{page} links to {target}, which is not there")
    return words if words.startswith("`") else f"{words} (`{repository.as_posix()}` in the repository)"


def _straight(parts: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for part in parts:
        if part == "..":
            if found:
                found.pop()
        elif part != ".":
            found.append(part)
    return found


def navigation(listed: list[Any], known: set[str]) -> list[Any]:
    """The navigation without pages that are not there, and without headings that nothing is left below."""
    found = []
    for entry in listed:
        ((title, what),) = entry.items()
        inner = navigation(what, known) if isinstance(what, list) else what
        if inner and (isinstance(inner, list) or inner in known):
            found.append({title: inner})
    return found


def listed(entries: list[Any]) -> set[str]:
    """The pages that a navigation names."""
    found: set[str] = set()
    for entry in entries:
        for what in entry.values():
            found |= listed(what) if isinstance(what, list) else {what}
    return found


def write(out: Path) -> None:
    """Write the source of the site: pages, other files of docs/, and the configuration."""
    shutil.rmtree(out, ignore_errors=True)
    found = pages()
    for name, text in found.items():
        (out / "pages" / name).parent.mkdir(parents=True, exist_ok=True)
        (out / "pages" / name).write_text(text, "utf-8")
    for path in DOCS.rglob("*"):
        if path.is_file() and path.suffix != ".md" and path.name != "site.yml":
            target = out / "pages" / path.relative_to(DOCS)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    for name, text in generated.schemas().items():
        (out / "pages" / name).write_text(text, "utf-8")
    settings = yaml.safe_load((DOCS / "site.yml").read_text("utf-8"))
    settings["nav"] = navigation(settings["nav"], set(found))
    hidden = set(found) - listed(settings["nav"])
    if hidden:
        raise SystemExit(f"no entry of the navigation in docs/site.yml names {', '.join(sorted(hidden))}")
    (out / "mkdocs.yml").write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), "utf-8")


class _Page(HTMLParser):
    """What a page links to, and the places in it that can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = {""}
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.places |= {str(told[name]) for name in ("id", "name") if told.get(name)}
        if tag == "a" and told.get("href"):
            self.links.append(str(told["href"]))
        loads = {"script": "src", "img": "src", "link": "href", "iframe": "src"}.get(tag)
        if loads and told.get(loads) and told.get("rel") != "canonical":
            self.loaded.append(str(told[loads]))


def trouble(html: Path) -> list[str]:
    """Links that lead nowhere, and what would be fetched from elsewhere."""
    read = {path: _Page(path.read_text("utf-8")) for path in html.rglob("*.html")}
    found = []
    for path, page in read.items():
        here = path.relative_to(html).as_posix()
        found += [f"{here} loads {url}" for url in page.loaded if re.match(r"(https?:)?//", url)]
        for link in [*page.links, *page.loaded] if here != "404.html" else []:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file():
                found.append(f"{here} links to {link}, which is not there")
            elif target in read and unquote(parts.fragment) not in read[target].places | {"__top"}:
                found.append(f"{here} links to {link}, and there is no such place on that page")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site", help="Default: build/site.")
    parser.add_argument("--with", dest="builder", default="zensical", help="zensical or mkdocs. Default: zensical.")
    told = parser.parse_args()
    out = told.out.resolve()
    write(out)
    program = shutil.which(told.builder, path=str(Path(sys.executable).parent)) or told.builder
    done = subprocess.run([program, "build", "--strict", "--clean"], cwd=out, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)
    found = trouble(out / "html")
    print(
        "\n".join(found)
        or f"{len(list((out / 'html').rglob('*.html')))} pages, every link leads somewhere: {out / 'html'}"
    )
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
