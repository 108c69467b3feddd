"""Reports of `evaluate report` that --report names: checked at the start, then served to be read and never run.

Ignores what they say beyond their own line about themselves (evaluation/report_tag.py). Only these files are served,
each under a name made of its contents; a report's page may run no script and fetch nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...errors import SettingError
from ...evaluation.report_tag import HEAD, ReportAbout, about_in

PLACE = "reports"  # of the addresses
MOST_BYTES = 32 * 2**20  # of one file
MOST = 50  # reports
KIND = "an HTML file that `evaluate report` wrote, or a folder of them"
GONE = "This report is no longer on the server. Whoever runs it can write it again and restart the app."
NONE = "There is no such report here. The page lists them under: Does the claim hold?"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}


@dataclass(frozen=True)
class Report:
    """name: in its address. html, pdf: where the files lie, links followed; pdf None where there is none beside it."""

    name: str
    about: ReportAbout
    html: Path
    pdf: Path | None

    def told(self) -> dict[str, Any]:
        """What the page is told: title, model, items, date, and addresses that start where the page's own does."""
        pdf = f"{PLACE}/{self.name}.pdf" if self.pdf else None
        return {**asdict(self.about), "address": f"{PLACE}/{self.name}.html", "pdf": pdf}


# ---- at the start ----------------------------------------------------------------------------------------------------


def reports_of(given: Iterable[str]) -> tuple[Report, ...]:
    """The reports that files and folders name, each once. Raises SettingError."""
    files = [file for name in given for file in _files(name)]
    if len(files) > MOST:
        raise SettingError(f"--report must name at most {MOST} reports. Got {len(files)}. Name fewer.")
    return tuple({report.name: report for report in map(_report, files)}.values())


def _files(name: str) -> list[Path]:
    path = Path(name).expanduser()
    if not path.is_dir():
        return [path]
    inside = sorted(one for one in path.iterdir() if one.suffix.lower() == ".html")
    if not inside:
        raise SettingError(f"--report must be {KIND}. {name} holds no .html file. Write one there with --out.")
    return inside


def _report(path: Path) -> Report:
    try:
        file = path.resolve(strict=True)
        data = _read(file)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, Python 3.12 and older
        raise SettingError(f"--report must be {KIND}. {path} cannot be read. Check the path.") from error
    about = _about(data)
    if data is None or about is None:
        raise SettingError(f"--report must be {KIND}. {path} is {_wrong(file, data)}. Name another, or write it again.")
    return Report(hashlib.sha256(data).hexdigest()[:12], about, file, _beside(file))


def _wrong(file: Path, data: bytes | None) -> str:
    if data is None:
        return f"larger than {MOST_BYTES // 2**20} MiB" if file.is_file() else "not a file"
    return "a page of something else, or of an older version" if b"<html" in data[:1024].lower() else "not HTML"


def _beside(file: Path) -> Path | None:
    """The PDF that was written with a page."""
    try:
        pdf = file.with_suffix(".pdf").resolve(strict=True)
        return pdf if _is_pdf(_read(pdf)) else None
    except (OSError, RuntimeError):
        return None


def _read(file: Path) -> bytes | None:
    """All of a plain file, None where it is gone, something else or too large. Raises OSError where it is closed."""
    fits = file.is_file() and not file.is_symlink() and file.stat().st_size <= MOST_BYTES
    return file.read_bytes() if fits else None


def _about(data: bytes | None) -> ReportAbout | None:
    return about_in((data or b"")[: 4 * HEAD].decode("utf-8", "replace"))


def _is_report(data: bytes | None) -> bool:
    return _about(data) is not None


def _is_pdf(data: bytes | None) -> bool:
    return (data or b"").startswith(b"%PDF-")


# ---- served ----------------------------------------------------------------------------------------------------------


def reports_route(reports: Sequence[Report]) -> Any:
    """GET /reports/NAME.html and, where there is one, NAME.pdf; every other path below is refused with a sentence."""
    from starlette.responses import PlainTextResponse
    from starlette.routing import Mount, Route

    def missing(_: Any) -> Any:
        return PlainTextResponse(NONE, 404, HEADERS)

    routes = []
    for one in reports:
        routes.append(_route(f"{one.name}.html", one.html, "text/html", _is_report, {}))
        if one.pdf:
            kept = {"Content-Disposition": f'attachment; filename="saliency-viz-report-{one.name}.pdf"'}
            routes.append(_route(f"{one.name}.pdf", one.pdf, "application/pdf", _is_pdf, kept))
    return Mount(f"/{PLACE}", routes=[*routes, Route("/{path:path}", missing)])


def _route(name: str, file: Path, kind: str, is_ours: Callable[[bytes | None], bool], more: dict[str, str]) -> Any:
    """A file as it is now, if it still is what it was at the start."""
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route

    def answer(_: Any) -> Any:  # not async: the disk is read in a thread of its own
        try:
            data = _read(file)
        except OSError:
            data = None
        if data is None or not is_ours(data):
            return PlainTextResponse(GONE, 410, HEADERS)
        return Response(data, media_type=kind, headers={**HEADERS, **more})

    return Route(f"/{name}", answer)
