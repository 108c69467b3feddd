"""Who visits the page in a test: a browser's profile and tab, used again by the next test, and what its pages did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

HERE = ("http://127.0.0.1", "http://localhost", "data:", "blob:")
SCREEN = {"width": 1440, "height": 900}
MEDIA = {"color_scheme": "light", "reduced_motion": "no-preference", "forced_colors": "none"}
# Not a first visit: no tour.
SEEN = "try { localStorage.setItem('saliency-viz-tour', 'seen'); } catch (none) {}"
# What a tab keeps for itself cannot be emptied from outside, so the first page after an `empty` does it.
NEW_TAB = """try {
  if (!localStorage.getItem("a test's tab")) sessionStorage.clear();
  localStorage.setItem("a test's tab", "in use");
} catch (none) {}"""


@dataclass
class Seen:
    """What a page did that it must not do."""

    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


class Visitor:
    """A browser's profile and what its pages did. Once shut it is used again by the next test, emptied of what was
    stored but not of the scripts it has fetched, nor its tab of those it has compiled: to do that anew is most of what
    opening the page costs."""

    known: dict[Any, list[Visitor]] = {}

    def __init__(self, browser: Any, tour: bool, **options: Any) -> None:
        self.seen, self.origins = Seen(), set[str]()
        self.tab, self.here, self.alone = None, False, False
        self.context = browser.new_context(viewport=SCREEN, **options)
        self.context.visitor = self
        self.context.set_default_timeout(60_000)  # a busy machine is no fault
        self.context.on("request", self.asked)
        self.context.add_init_script(NEW_TAB)
        if not tour:
            self.context.add_init_script(SEEN)

    def asked(self, request: Any) -> None:
        if not request.url.startswith(HERE):
            self.seen.outside.append(request.url)
        elif request.url.startswith("http"):
            self.origins.add("/".join(request.url.split("/")[:3]))

    @property
    def away(self) -> bool:
        """Whether it is on no page."""
        return self.tab.is_closed() or not self.here

    def page(self) -> Any:
        self.here = True
        if self.tab is not None and not self.tab.is_closed():
            return self.tab
        self.tab = page = self.context.new_page()
        page.on("console", self.said)
        page.on("pageerror", lambda error: self.seen.errors.append(str(error)))
        return page

    def said(self, message: Any) -> None:
        if message.type == "error":
            self.seen.errors.append(message.text)

    def empty(self, page: Any) -> None:
        self.seen = Seen()
        self.context.clear_cookies()
        self.context.clear_permissions()
        tools = self.context.new_cdp_session(page)
        for origin in self.origins:
            tools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "local_storage,indexeddb"})
        tools.detach()


def watched(
    browser: Any, tour: bool = False, viewport: dict[str, int] | None = None, alone: bool = False, **options: Any
) -> tuple[Any, Seen]:
    """A new page, and a record of its errors and of its requests that leave this machine. tour: as at a first visit.
    alone: for a test that changes the profile itself, which nobody has after it."""
    media = {name: options.pop(name, usual) for name, usual in MEDIA.items()}
    known = [] if alone else Visitor.known.setdefault((browser, tour, repr(options)), [])
    visitor = next((each for each in known if each.away), None)
    if visitor is None:
        known.append(visitor := Visitor(browser, tour, **options))
    page, visitor.alone = visitor.page(), alone
    visitor.empty(page)
    page.set_viewport_size(viewport or SCREEN)
    page.emulate_media(**media)
    return page, visitor.seen


@contextmanager
def opened_with(page: Any, script: str) -> Iterator[None]:
    """Every document that the tab opens in here runs a script first."""
    tools = page.context.new_cdp_session(page)
    tools.send("Page.enable")
    tools.send("Page.addScriptToEvaluateOnNewDocument", {"source": script})
    yield
    tools.detach()


def shut(page: Any) -> None:
    """Leave a page, and close all others of its visitor, who may come again. (A closed tab is `page.close()`.)"""
    visitor = page.context.visitor
    if visitor.alone:
        return page.context.close()
    for each in page.context.pages:
        if each is not visitor.tab:
            each.close()
    visitor.here = False
    visitor.tab.unroute_all()
    visitor.tab.mouse.move(0, 0)
    visitor.tab.goto("about:blank")


def part() -> None:
    """End the profiles of whoever is still on a page: its test failed before it shut it."""
    for known in Visitor.known.values():
        for visitor in [each for each in known if not each.away]:
            visitor.context.close()
            known.remove(visitor)
