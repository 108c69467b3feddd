"""Every word of the page and of the viewer is there in English and in Chinese, with the same blanks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from saliency_viz.figures.web.standalone import standalone
from saliency_viz.paths import assets
from saliency_viz.ui.i18n import TEXTS, full_width, texts

from .traces import example_trace

STRING = r'"((?:[^"\\\n]|\\.)*)"'
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# The same in both languages: names, symbols, file formats.
SAME = {"method_sgrs", "method_both", "method_locore", "sgrs", "locore", "top_k", "top_p", "tour_count", "status_ready"}
SAME |= {"language"}  # each names the other
# Every view, with what changes its words.
STATES = (
    {"scale": "run", "transform": "log", "normalization": "raw", "layer": "all", "hide_sinks": True},
    {"scale": "token", "transform": "linear", "normalization": "share", "layer": 2, "granularity": "sentence"},
    {"scale": "manual", "reduce": "max", "granularity": "several", "also": [3, 4], "reveal_truth": True},
    {"pins": [4, 5, 40], "held": 3, "layer": "target", "triangle": "difference", "triangle_keys": "words"},
)


# Draws every view in Chinese, with and without a model, alone and beside another run; every word that was looked up.
LOOK_EVERYWHERE = """async (states) => {
  const table = SaliencyViewer.languages.zh, asked = new Set();
  const run = JSON.parse(document.getElementById("data").textContent).runs[0];
  SaliencyViewer.languages.zh = new Proxy(table, { get: (all, name) => {
    asked.add(name);
    return all[name];
  } });
  const actions = ["force", "what_if", "mark", "heads", "matrix", "lens", "knock_out", "faithfulness", "halt", "ask"];
  actions.push("claim");
  const model = { actions, onAction: () => null, model: () => "synthetic" };
  for (const able of [true, false]) for (const beside of [false, true]) {
    const root = document.createElement("div");
    document.body.append(root);
    const viewer = SaliencyViewer.create(root, { plotly: Plotly, lang: "zh", tour: () => {}, ...(able ? model : {}) });
    viewer.setRun(run, { slot: 0, example: true });
    if (beside) viewer.setRun({ ...run, run: "two" }, { slot: 1 });
    for (const state of states) for (const { name } of viewer.tabs) {
      viewer.setState({ ...SaliencyViewer.DEFAULTS, token: 5, ...state, view: name });
      await viewer.drawn();
    }
    SaliencyViewer.keyLines(viewer, viewer.panels[0], 5);
    SaliencyViewer.stepLines(viewer, 0, 5);
    viewer.destroy();
  }
  return [...asked];
}"""


def blanks(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def viewer_modules() -> list[Path]:
    return sorted((assets() / "viewer").rglob("*.js"))


def told() -> set[str]:
    """Every string inside a call of t in the viewer's modules, also those chosen by a condition or from a table."""
    found = set()
    for path in viewer_modules():
        text = re.sub(r"\bt\(\s+", "t(", path.read_text("utf-8"))
        for start in re.finditer(r"(?<![\w.])t\(", text):
            depth, at = 1, start.end()
            while depth:
                piece = re.compile(STRING).match(text, at)
                if piece:
                    if depth == 1 or text[at - 1] in "?: [":
                        found.add(json.loads(f'"{piece[1]}"'))
                    at = piece.end()
                    continue
                depth += {"(": 1, ")": -1}.get(text[at], 0)
                if depth == 1 and text[at] == ",":
                    break  # the values follow
                at += 1
    return found


@pytest.fixture(scope="module")
def tables(browser, tmp_path_factory):
    """(the viewer's Chinese table, all it was asked for while every view was drawn in Chinese)."""
    path = tmp_path_factory.mktemp("texts") / "page.html"
    path.write_text(standalone(example_trace()), "utf-8")
    context = browser.new_context(offline=True)
    context.set_default_timeout(120_000)  # a busy machine is no fault
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector(".sv-root[data-drawn]", state="attached")
    table = page.evaluate("SaliencyViewer.languages.zh")
    asked = page.evaluate(LOOK_EVERYWHERE, STATES)
    context.close()
    return table, asked


@pytest.mark.slow
def test_every_sentence_of_the_viewer_s_scripts_is_there_in_chinese(tables):
    lacking = sorted(text for text in told() if re.search(r"[A-Za-z]{2}", text) and text not in tables[0])
    assert lacking == []
    assert len(told()) > 150


@pytest.mark.browser
def test_every_word_looked_up_while_all_views_are_drawn_is_there_in_chinese(tables):
    table, asked = tables
    assert sorted(word for word in asked if re.search(r"[A-Za-z]{2}", word) and word not in table) == []


def test_a_chinese_sentence_has_the_blanks_of_the_english(tables):
    different = {english: chinese for english, chinese in tables[0].items() if blanks(english) != blanks(chinese)}
    assert different == {}
    for english, chinese in TEXTS.values():
        assert blanks(english) == blanks(chinese), english


def test_no_chinese_sentence_of_the_viewer_is_there_for_nothing(tables):
    scripts = "\n".join(path.read_text("utf-8") for path in viewer_modules())
    table, asked = tables
    written = [text for text in table if json.dumps(text, ensure_ascii=False)[1:-1] in scripts]
    assert set(table) - set(written) - set(asked) == set()


def test_chinese_is_printed_with_chinese_commas_and_brackets(tables):
    half = re.compile(r"[\u4e00-\u9fff][,:;?!()]|[,:;?!()][\u4e00-\u9fff]")
    assert [text for text in (*texts("zh").values(), *tables[0].values()) if half.search(text)] == []
    assert (
        full_width("示例(图 2):共 {n} 个,见 {a}; 或 2,4;完(CSV)")
        == "示例（图 2）：共 {n} 个，见 {a}；或 2,4；完（CSV）"
    )
    assert full_width("{device},{dtype} (f(x), 1:2)") == "{device},{dtype} (f(x), 1:2)"


def test_every_text_of_the_page_is_there_in_chinese():
    assert [key for key, (_, chinese) in TEXTS.items() if not CHINESE.search(chinese) and key not in SAME] == []


def spellings(key: str) -> list[str]:
    """How code may write a key: whole, or in two parts ("export_" and a name, a setting and "_help")."""
    starts = [key[: at + 1] for at, sign in enumerate(key) if sign == "_"]
    parts = [quote + start for start in starts for quote in '"`']
    return [f'"{key}"', f"sv_{key}", *parts, *([f'"{key.removesuffix("_help")}"'] if key.endswith("_help") else [])]


def test_every_key_the_page_asks_for_is_in_the_table_and_none_is_there_for_nothing():
    scripts = "\n".join(path.read_text("utf-8") for path in sorted((assets() / "app").rglob("*.js")))
    folders = [assets().parent / "saliency_viz" / name for name in ("ui", "serving")]
    python = "\n".join(path.read_text("utf-8") for folder in folders for path in folder.rglob("*.py"))
    asked = set(re.findall(r'\bt\("(\w+)"', scripts)) | set(re.findall(r'key: "(\w+)"', scripts))
    asked |= set(re.findall(r'\bt\("sv_(\w+)"', python)) | set(re.findall(r'english\("(\w+)"', python))
    assert {key for key in asked if not key.endswith("_")} - set(TEXTS) == set()
    text = (assets().parent / "saliency_viz" / "ui" / "i18n.py").read_text("utf-8")
    words = scripts + python.replace(text, "")
    assert [key for key in TEXTS if not any(name in words for name in spellings(key))] == []
