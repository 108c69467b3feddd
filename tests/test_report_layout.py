"""A report's HTML and PDF: nothing is lost, cut, laid over another or torn from what it belongs to."""

from __future__ import annotations

import re
import zlib
from itertools import combinations, zip_longest

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from saliency_viz.evaluation.pages import html
from saliency_viz.evaluation.report_tag import ReportAbout
from saliency_viz.evaluation.sections import Section, blocks
from saliency_viz.evaluation.sheets import BOTTOM, HEAD, HEIGHT, SIDE, SUBHEAD, TOP, WIDTH, Laid, pdf, sheets_of
from saliency_viz.evaluation.tables import CHAIR_NAMES, table
from saliency_viz.figures.paper import evidence
from saliency_viz.figures.paper.style import style

ABOUT = ReportAbout("Captions and the objects they invent", "someone/model-of-a-long-name-7b", 500, "2026-11-28")
ONE = {"value": 0.5, "low": 0.25, "high": 0.75}
METHODS = ("plain", "locore", "sgrs:alpha=0.3,history=accepted+locore:beta=0.2", "opera")
DOTS = 360  # an inch
HEADS = ("decoding", "CHAIRs %", "CHAIRi %", "recall %", "words", "CHAIRs - plain", "p (Holm)")


def scores(count):
    return {"scores": {f"score {number} on outputs": {"auroc": ONE} for number in range(count)}}


def binned():
    one = {"count": 3, "rate": ONE, "by_position": 0.4}
    bins = [{**one, "low": number / 10, "high": (number + 1) / 10} for number in range(10)]
    layer = {"S": ONE, "S beside position": ONE, "attention on outputs": ONE}
    return {"bins": {"S": bins}, "layers": [layer] * 32}


def sections():
    """More than four sheets: a table of 80 rows, wide cells, two narrow figures, one as wide as the sheet."""
    interval = "83.3 [58.3, 100.0]"
    wide = [[f"{METHODS[row % 4]} ({row})", *[interval] * 5, "1.0000"] for row in range(80)]
    rows = {method: dict.fromkeys(CHAIR_NAMES, ONE) for method in METHODS}
    few = [[f"row {row}", "value"] for row in range(9)]
    found = binned()
    path = "/a/path/without/any/space" * 8
    yield Section("Settings", "", (("", table(("what", "value"), [["model", path], ["said", "word " * 60]])),))
    yield Section(
        "Table", "A finding.", (("Every row", table(HEADS, wide)), ("Few", "A line.\n" + table(HEADS, wide[:4])))
    )
    yield Section("Methods", "", (), (("By method. " * 20, evidence.by_method(rows, tuple(CHAIR_NAMES.items()))),))
    figures = (("Scores.", evidence.aurocs(scores(17))), ("Bins.", evidence.bins(found)))
    for number in range(4):
        parts = tuple((f"Part {number}.{part}", table(("name", "of it"), few)) for part in range(4))
        yield Section(f"Words {number}", "", parts, (*figures, ("Layers.", evidence.by_layer(found))))


@pytest.fixture(scope="module")
def given():
    return list(sections())


@pytest.fixture(scope="module")
def sheets(given):
    """Each with a renderer that measures its texts; on few dots an inch hinting would widen them."""
    with style():
        found = sheets_of(ABOUT, given)
        for sheet in found:
            sheet.set_dpi(DOTS)
            FigureCanvasAgg(sheet)
            sheet.draw_without_rendering()
    return found


def said(sheet):
    """Its own lines from the top, left to right (those of figures left out)."""
    return sorted(sheet.texts, key=lambda text: (-round(text.get_position()[1], 3), text.get_position()[0]))


def words(sheet):
    return [text.get_text() for text in said(sheet)]


# ---- the PDF ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_line_lies_inside_the_margins_and_every_letter_on_the_sheet(sheets):
    assert {tuple(sheet.get_size_inches()) for sheet in sheets} == {(WIDTH, HEIGHT)}
    for sheet in sheets:
        foot = [text for text in sheet.texts if text.get_position()[1] < BOTTOM / HEIGHT]
        assert len(foot) == 2  # what it is of, and its number
        for text in sheet.texts:
            box = text.get_window_extent()
            assert box.x0 >= DOTS * SIDE - 2 and box.x1 <= DOTS * (WIDTH - SIDE) + 2, text.get_text()
            assert box.y1 <= DOTS * (HEIGHT - TOP) + 2 and (text in foot or box.y0 >= DOTS * BOTTOM - 2), (
                text.get_text()
            )
        for text in sheet.findobj(Text):
            if text.get_visible() and text.get_text():
                box = text.get_window_extent()
                assert box.x0 >= 0 and box.x1 <= DOTS * WIDTH, text.get_text()
                assert box.y0 >= 0 and box.y1 <= DOTS * HEIGHT, text.get_text()


def test_no_line_is_laid_over_another_or_over_a_figure(sheets):
    for sheet in sheets:
        boxes = [(text.get_text(), text.get_window_extent()) for text in sheet.texts]
        boxes += [("figure", part.bbox) for part in sheet.subfigs]
        for (name, one), (other, two) in combinations(boxes, 2):
            across = min(one.x1, two.x1) - max(one.x0, two.x0)
            along = min(one.y1, two.y1) - max(one.y0, two.y0)
            assert across <= DOTS / 144 or along <= DOTS / 144, (name, other)
        for part in sheet.subfigs:  # what a figure says stays inside it
            beyond = {label for axes in part.axes for axis in (axes.xaxis, axes.yaxis) for label in undrawn(axis)}
            for text in set(part.findobj(Text)) - beyond:
                if text.get_visible() and text.get_text():
                    box = text.get_window_extent()
                    inside = box.x0 >= part.bbox.x0 - 2 and box.x1 <= part.bbox.x1 + 2
                    assert inside and box.y0 >= part.bbox.y0 - 2 and box.y1 <= part.bbox.y1 + 2, text.get_text()


def undrawn(axis):
    """Labels of ticks beyond the axis' ends, which matplotlib keeps and does not draw."""
    low, high = sorted(axis.get_view_interval())
    ticks = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
    return [label for at, label in ticks if not low - 1e-9 <= at <= high + 1e-9]


def test_every_cell_is_there_in_its_order_and_a_broken_word_loses_no_letter(given, sheets):
    shown = "".join("".join(words(sheet)[:-2]) for sheet in sheets).replace(" ", "")
    place = shown.index("Settings") + 1  # the first is in the contents
    for section in given:
        for told in (section.title, section.text, *(line for part in section.tables for line in pieces(*part))):
            place = shown.index(told.replace(" ", ""), place)


def pieces(heading, text):
    """What a part says, line by line: of a row first what stands in the first line of each cell, then in the second."""
    yield heading
    for block in blocks(text):
        if isinstance(block, str):
            yield block
            continue
        for row, cells in zip(block, Laid.of(block).cells, strict=True):
            for cell, lines in zip(row, cells, strict=True):
                assert "".join(lines).replace(" ", "") == cell.replace(" ", ""), cell
            yield from ("".join(line) for line in zip_longest(*cells, fillvalue=""))


def test_a_divided_table_says_its_head_on_every_sheet_and_leaves_no_row_alone(sheets):
    pattern = re.compile(r"\((\d+)\)$")
    begun = []
    for sheet in sheets:
        rows = [text for text in words(sheet) if pattern.search(text)]
        heads = words(sheet).count("CHAIRi %")
        begun += [len(rows)] if rows else []
        assert (heads > 0) == bool(rows)
    assert len(begun) > 2 and min(begun) >= 3 and sum(begun) == 80 + 4


def test_headings_stay_with_what_follows_and_captions_with_their_figures(sheets):
    for sheet in sheets:
        *lines, _, _ = said(sheet)
        assert lines[-1].get_fontsize() not in (HEAD.size, SUBHEAD.size) or lines[-1].get_fontweight() != "bold"
        captions = [text for text in words(sheet) if re.match(r"Figure \d+\.", text)]
        assert len(captions) == len(sheet.subfigs)
    every = [text for sheet in sheets for text in words(sheet) if re.match(r"Figure \d+\.", text)]
    assert sorted(int(re.findall(r"\d+", text)[0]) for text in every) == list(range(1, 14))


def test_the_contents_name_the_sheet_on_which_a_section_begins(given, sheets):
    first = words(sheets[0])
    for section in given:
        page = int(first[first.index(section.title) + 1])
        bold = [one.get_text() for one in sheets[page - 1].texts if one.get_fontsize() == HEAD.size]
        assert section.title in bold
    assert words(sheets[-1])[-2:] == [f"{ABOUT.title}: {ABOUT.model}", f"{len(sheets)} of {len(sheets)}"]


@pytest.mark.slow
def test_the_file_has_those_sheets_their_words_and_the_same_bytes_again(given, sheets):
    data = pdf(ABOUT, given)
    pages = re.findall(
        rb"/Type /Page\b.*?/MediaBox \[ ?([^\]]*?) ?\]|/MediaBox \[ ?([^\]]*?) ?\][^>]*?/Type /Page\b", data, re.S
    )
    assert len(pages) == len(sheets)
    assert {tuple(round(float(n)) for n in b"".join(page).split()) for page in pages} == {(0, 0, 595, 842)}
    streams = re.findall(rb"/Length \d+ 0 R.*?stream\r?\n(.*?)\r?\nendstream", data, re.S)
    drawn = b""
    for stream in streams:
        try:
            drawn += zlib.decompress(stream)
        except zlib.error:
            continue
    strings = (
        b"".join(re.findall(rb"\(((?:\\.|[^\\()])*)\)", drawn)).replace(b" ", b"").replace(b"\0", b"")
    )  # two bytes a letter
    for name in (ABOUT.title, "Every row", "Part 3.3", "Figure 13."):
        assert name.replace(" ", "").encode() in strings, name
    assert pdf(ABOUT, given) == data


# ---- the HTML --------------------------------------------------------------------------------------------------------


def test_the_page_names_its_figures_repeats_no_id_and_fetches_nothing(given):
    page = html(ABOUT, given)
    ids = re.findall(r'\bid="([^"]*)"', page)
    own = [name for name in ids if name.startswith("s")]
    assert [name for name in own if re.fullmatch(r"s\d+", name)] == [f"s{place}" for place in range(1, 8)]
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(ids) and not re.search(r'id="(figure|axes|patch)_', page)
    assert page.count('<svg role="img" aria-label="Figure ') == page.count("<figcaption>") == 13
    assert page.count("<script") == page.count("<metadata") == page.count("@import") == page.count("<link") == 0
    addresses = set(re.findall(r"https?://[^\"' ]+", page))
    assert addresses <= {"http://www.w3.org/1999/xlink", "http://www.w3.org/2000/svg"}  # names, not places
    assert page.count("<th ") == sum(len(rows[0]) for rows in all_tables(given))


def all_tables(given):
    every = (block for section in given for _, text in section.tables for block in blocks(text))
    return [block for block in every if not isinstance(block, str)]
