"""Reports that --report names: what is taken and refused at the start, how they are served, and the link to them."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request

import pytest

from saliency_viz.errors import SettingError
from saliency_viz.evaluation.pages import html
from saliency_viz.evaluation.report_tag import LONGEST, ReportAbout, about_in
from saliency_viz.evaluation.sections import Section
from saliency_viz.evaluation.sheets import pdf
from saliency_viz.ui.server import reports as module
from saliency_viz.ui.server.flags import parser
from saliency_viz.ui.server.reports import GONE, NONE, reports_of
from saliency_viz.ui.server.serve import main

from .app_browser import open_site, watched_page, write_examples
from .app_fakes import eventually

ABOUT = ReportAbout("Captions & <b>more</b>", "me/model", 12, "2026-11-28")
LOGIN = ("me", "secret")
SCRIPT = "<script>document.title = 'taken over'</script>"


def write(folder, name="report", about=ABOUT, with_pdf=True, more=""):
    """A report as `evaluate report` writes it, without a run."""
    lines = "\n".join("a line" for _ in range(60))
    sections = [Section(name, "A text.", (("", lines),)) for name in ("What was run", "Second", "Third")]
    path = folder / f"{name}.html"
    path.write_text(html(about, sections).replace("</body>", f"{more}</body>"), encoding="utf-8")
    if with_pdf:
        path.with_suffix(".pdf").write_bytes(pdf(about, sections))
    return path


# ---- what a report says of itself ------------------------------------------------------------------------------------


def test_a_page_says_of_itself_what_it_was_written_with():
    assert about_in(html(ABOUT, [])) == ABOUT
    assert (ABOUT.line, ReportAbout("t", "m", 3).line) == ("me/model, 12 items, 2026-11-28", "m, 3 items")


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"title": "t", "model": "m", "items": "12", "date": ""},
        {"title": "t", "model": "m", "items": -1, "date": ""},
        {"title": "", "model": "m", "items": 1, "date": ""},
        {"title": "t", "model": "m" * (LONGEST + 1), "items": 1, "date": ""},
        {"title": "t", "model": "m", "items": 1, "date": "", "more": 1},
        [1],
    ],
)
def test_tags_of_another_shape_are_no_report(told):
    page = html(ABOUT, [])
    inside = page.index('content="', page.index("saliency-viz-report")) + len('content="')
    forged = page[:inside] + json.dumps(told).replace('"', "&quot;") + page[page.index('"', inside) :]
    assert about_in(forged) is None and about_in(page.replace("evaluate report", "something else")) is None


# ---- at the start ----------------------------------------------------------------------------------------------------


def test_the_flag_may_be_repeated_and_the_environment_lists_with_commas():
    assert parser({}).parse_args([]).report is None
    assert parser({}).parse_args(["--report", "a.html", "--report", "b"]).report == ["a.html", "b"]
    assert parser({"SALIENCY_VIZ_REPORT": "a.html, b"}).parse_args([]).report == ["a.html", "b"]


def test_files_and_folders_are_taken_each_report_once(tmp_path):
    one = write(tmp_path, "one")
    two = write(tmp_path, "two", ReportAbout("Second", "m", 3), with_pdf=False)
    (tmp_path / "notes.txt").write_text("no report")
    (tmp_path / "link.html").symlink_to(one)
    found = reports_of([str(tmp_path), str(two)])
    assert [(report.about.title, report.html, report.pdf) for report in found] == [
        (ABOUT.title, one.resolve(), one.with_suffix(".pdf").resolve()),
        ("Second", two.resolve(), None),
    ]
    told = found[0].told()
    assert told["address"] == f"reports/{found[0].name}.html" and told["pdf"] == f"reports/{found[0].name}.pdf"
    assert (told["title"], told["items"], found[1].told()["pdf"]) == (ABOUT.title, 12, None)


def test_what_is_no_report_is_refused_with_a_sentence(tmp_path, monkeypatch):
    def refused(path, words):
        with pytest.raises(SettingError, match=f"^--report must be an HTML file .*{words}"):
            reports_of([str(path)])

    (tmp_path / "empty").mkdir()
    (tmp_path / "loop.html").symlink_to(tmp_path / "loop.html")
    (tmp_path / "text.html").write_text("a text")
    (tmp_path / "other.html").write_text("<!doctype html><html><head></head></html>")
    write(tmp_path).rename(tmp_path / "large.html")
    refused(tmp_path / "gone.html", "gone.html cannot be read. Check the path.")
    refused(tmp_path / "loop.html", "loop.html cannot be read")
    refused(tmp_path / "empty", "empty holds no .html file")
    refused("/dev/null", "/dev/null is not a file")
    refused(tmp_path / "text.html", "text.html is not HTML")
    refused(tmp_path / "other.html", "other.html is a page of something else, or of an older version")
    monkeypatch.setattr(module, "MOST_BYTES", 2**10)
    refused(tmp_path / "large.html", "large.html is larger than 0 MiB")
    monkeypatch.setattr(module, "MOST", 3)
    with pytest.raises(SettingError, match="at most 3 reports. Got 4"):
        reports_of([str(tmp_path)])


def test_the_app_ends_with_that_sentence(tmp_path):
    with pytest.raises(SystemExit, match="^app.py: --report must be an HTML file .*gone.html cannot be read"):
        main(["--report", str(tmp_path / "gone.html")])


def test_a_pdf_that_is_none_is_left_out(tmp_path):
    path = write(tmp_path)
    path.with_suffix(".pdf").write_text("secret")
    assert reports_of([str(path)])[0].pdf is None


# ---- served ----------------------------------------------------------------------------------------------------------


def ask(address, path, cookie=""):
    """(status, headers, body)."""
    asked = urllib.request.Request(address + path, headers={"Cookie": cookie} if cookie else {})
    try:
        with urllib.request.urlopen(asked, timeout=300) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    """(a site with a login, its reports, a visitor's cookie)."""
    folder = tmp_path_factory.mktemp("locked")
    for name in ("one", "two"):
        write(folder, name, ReportAbout(name, "m", 3), more=SCRIPT)
    write(folder, "unlisted")
    found = reports_of([str(folder / "one.html"), str(folder / "two.html")])
    site = open_site(write_examples(folder / "examples"), auth=LOGIN, served={"reports": found}, pause=0.0)
    form = urllib.parse.urlencode({"username": LOGIN[0], "password": LOGIN[1]}).encode()
    answer = urllib.request.urlopen(urllib.request.Request(f"{site.address}/login", form), timeout=300)
    yield site, found, "; ".join(part.split(";")[0] for part in answer.headers.get_all("Set-Cookie"))
    site.page.close()


@pytest.mark.slow
def test_a_report_comes_as_it_was_written_and_may_do_nothing(locked):
    site, (one, _), cookie = locked
    status, headers, body = ask(site.address, f"/reports/{one.name}.html", cookie)
    assert status == 200 and body == one.html.read_bytes() and headers["Content-Type"].startswith("text/html")
    policy = {part.split()[0]: part.split()[1:] for part in headers["Content-Security-Policy"].split(";")}
    assert policy["sandbox"] == [] and policy["default-src"] == ["'none'"] and policy["frame-ancestors"] == ["'none'"]
    assert policy["form-action"] == policy["base-uri"] == ["'none'"] and "script-src" not in policy
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "no-referrer")
    assert headers["Cache-Control"] == "private, no-cache"
    status, headers, body = ask(site.address, f"/reports/{one.name}.pdf", cookie)
    assert status == 200 and body.startswith(b"%PDF-") and headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"].startswith("attachment") and headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]


def test_without_the_login_nobody_reads_one(locked):
    site, (one, _), _ = locked
    for path in (f"{one.name}.html", f"{one.name}.pdf", "unlisted.html"):
        status, _, body = ask(site.address, f"/reports/{path}")
        assert status == 401 and b"What was run" not in body


@pytest.mark.parametrize(
    "path",
    [
        "unlisted.html",
        "one.html",
        "../one.html",
        "..%2Fone.html",
        "%2e%2e/%2e%2e/etc/passwd",
        "{name}.html/../{name}.pdf",
        "{name}.html%00",
        "{name}",
        "",
    ],
)
def test_every_other_path_is_none(locked, path):
    site, (one, _), cookie = locked
    status, headers, body = ask(site.address, f"/reports/{path.format(name=one.name)}", cookie)
    assert status == 404 and b"What was run" not in body
    if "sandbox" in (headers["Content-Security-Policy"] or ""):
        assert body.decode() == NONE


def test_a_report_that_is_gone_or_no_longer_one_is_a_sentence(locked, tmp_path):
    site, (_, two), cookie = locked
    path, before = f"/reports/{two.name}.html", two.html.read_bytes()
    two.html.unlink()
    status, headers, body = ask(site.address, path, cookie)
    assert (status, body.decode()) == (410, GONE) and "sandbox" in headers["Content-Security-Policy"]
    (tmp_path / "elsewhere.html").write_bytes(before)
    two.html.symlink_to(tmp_path / "elsewhere.html")
    assert ask(site.address, path, cookie)[0] == 410
    two.html.unlink()
    two.html.write_text("<html>secret</html>")
    assert ask(site.address, path, cookie)[::2] == (410, GONE.encode())
    two.html.write_bytes(before + b" ")
    assert ask(site.address, path, cookie)[::2] == (200, before + b" ")


def test_without_the_flag_there_is_no_such_place(tmp_path):
    site = open_site(write_examples(tmp_path / "examples"), pause=0.0)
    status, headers, _ = ask(site.address, "/reports/")
    assert status == 404 and headers["Content-Security-Policy"] is None
    site.page.close()


# ---- on the page -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.browser
def test_the_claim_s_place_lists_a_report_and_opens_it_in_a_tab_of_its_own(browser, tmp_path):
    write(tmp_path, "first", more=SCRIPT)
    write(tmp_path, "second", ReportAbout("Second", "m", 3), with_pdf=False)
    served = {"reports": reports_of([str(tmp_path)])}
    site = open_site(write_examples(tmp_path / "examples"), served=served, pause=0.0)
    try:
        with watched_page(browser, site.address) as page:
            page.wait_for_selector(".sv-token")
            page.evaluate("() => SaliencyApp.current.set({view: 'claim'})")
            lines = page.locator(".sv-claim-reports li")
            page.locator(".sv-claim-reports h3").wait_for()
            assert lines.count() == 2
            shown = " ".join(lines.nth(0).inner_text().split())
            assert shown == "Captions & <b>more</b> (me/model, 12 items, 2026-11-28) PDF"
            assert " ".join(lines.nth(1).inner_text().split()) == "Second (m, 3 items)"
            with page.expect_popup() as opened:
                lines.nth(0).get_by_role("link", name=ABOUT.title, exact=True).click()
            report = opened.value
            report.wait_for_load_state()
            assert report.locator("h1").inner_text() == ABOUT.title
            assert report.title() == f"{ABOUT.title}: {ABOUT.model}"  # its script did not run
            report.get_by_role("link", name="Third").click()
            top = "() => document.getElementById('s3').getBoundingClientRect().top"
            assert eventually(lambda: report.url.endswith("#s3") and report.evaluate(top) < 450)
            with page.expect_download() as saved:
                lines.nth(0).get_by_role("link", name="PDF").click()
            assert saved.value.suggested_filename.endswith(".pdf")
            assert saved.value.path().read_bytes() == (tmp_path / "first.pdf").read_bytes()
    finally:
        site.page.close()
