"""Everything about a run as one self-contained HTML file and one PDF, to be attached to a paper.

Ignores how numbers are found and how each figure is drawn: it puts what the other files give into sections.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import SettingError
from ..figures.paper import evidence
from ..figures.paper.style import Drawing
from . import pages, scoring, sheets
from .decodings import captions_by_decoding, finished, time_by_decoding
from .examination import examine
from .localisation import localise
from .methods import Method
from .pope import read_answers
from .records import image_key, read_json
from .report_tag import ReportAbout
from .runs import read_run
from .sections import Section
from .tables import (
    CHAIR_NAMES,
    PLAIN,
    TIME_NAMES,
    change_text,
    decay_text,
    decoding_rows,
    detect_count,
    detect_tables,
    localise_text,
    parsers_text,
    table,
)
from .truth import read_truth
from .words import judged_run

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Sources:
    """What a report is made of. run: a folder of `evaluate run`; the others as the flags of `evaluate report`."""

    run: Path
    truth: str | None = None
    synonyms: str | None = None
    boxes: str | None = None
    questions: tuple[str, ...] = ()
    decay: str | None = None
    first: bool = False


def report(sources: Sources, out: Path) -> list[Path]:
    """Write the HTML file `out` and a PDF beside it. Returns both. Raises DataError when there is nothing to say."""
    about, done = read_run(sources.run), finished(sources.run)
    sections = [_settings(about), *_sections(sources, about, done)]
    told = ReportAbout(TITLES[about["task"]], about["model"]["name"], about["items"], about.get("date", ""))
    out.write_text(pages.html(told, sections), encoding="utf-8")
    pdf = out.with_suffix(".pdf")
    pdf.write_bytes(sheets.pdf(told, sections))
    return [out, pdf]


TITLES = {
    "chair": "Captions and the objects they invent",
    "pope": "Questions about objects (POPE)",
    "jsonl": "Answers to questions",
    "replay": "Given captions, read again",
}


def _sections(sources: Sources, about: Values, methods: Sequence[Method]) -> Iterator[Section]:
    if sources.truth and about["task"] in ("chair", "replay"):
        yield _chair(sources, methods)
    if sources.questions:
        yield _pope(sources, methods)
    yield _time(sources, methods)
    if sources.truth and (sources.run / "traces").is_dir():
        for method in methods:
            yield from _detection(sources, method)
    if sources.decay:
        yield _decay(read_json(sources.decay))


def _settings(about: Values) -> Section:
    """What was run, so that it can be run again, and how to cite it."""
    model, versions = about["model"], about["versions"]
    rows = [["model", f"{model['name']} ({model['family']}, {model['layers']} layers, {model['dtype']})"]]
    rows += [["commit of its weights", model["revision"] or "none"], ["device", about["device"]]]
    rows += [["begun", about["date"]]] if about.get("date") else []
    rows += [["versions", ", ".join(f"{name} {value}" for name, value in versions.items())]]
    rows += [["sampling", _set(about["sampling"])], ["longest answer", f"{about['max_new_tokens']} tokens"]]
    for name, parts in about["methods"].items():
        told = "; ".join(f"{part}: {_set(values)}" for part, values in parts.items())
        rows.append([f"decoding {name}", told or "no setting"])
    rows += [["cite", CITATION]]
    return Section("What was run", "", (("", f"{NUMBERS}\n{table(('what', 'value'), rows)}"),))


def _set(values: Values) -> str:
    """Settings that are set; the others have no effect or take the model's default."""
    return ", ".join(f"{name} {value}" for name, value in values.items() if value is not None)


NUMBERS = "Table and Fig. in a heading are the paper's; figures of this report are counted as Figure."
CITATION = "Hallucination Begins Where Saliency Drops (the method), and saliency_viz (this measurement; CITATION.cff)."


def _chair(sources: Sources, methods: Sequence[Method]) -> Section:
    """Table 1's columns of every decoding, and paired differences to the first."""
    truth, vocabulary = read_truth(sources.truth or ""), scoring.read_vocabulary(sources.synonyms)
    reports, changes = captions_by_decoding(sources.run, methods, truth, vocabulary)
    tables = [("", table(*decoding_rows(reports, CHAIR_NAMES)))]
    if changes:
        tables.append(("Paired differences", change_text(changes)))
    values = {name: _with_ends(one, CHAIR_NAMES) for name, one in reports.items()}
    caption = f"CHAIR, recall and length by decoding. {BOOTSTRAP}"
    drawing = evidence.by_method(values, tuple(CHAIR_NAMES.items()))
    return Section("CHAIR", "", tuple(tables), ((caption, drawing),))


BOOTSTRAP = "Lines: 95 % bootstrap intervals over pictures."


def _with_ends(found: Values, names: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Values with their intervals, in the units of the tables: shares in percent."""
    shown = {}
    for name in names:
        scale, (low, high) = 1 if name in PLAIN else 100, found["intervals"][name]
        shown[name] = {"value": scale * found[name], "low": scale * low, "high": scale * high}
    return shown


def _pope(sources: Sources, methods: Sequence[Method]) -> Section:
    """POPE of every decoding, by all parsers."""

    tables = []
    for method in methods:
        answers = sources.run / f"{method.file_name}.jsonl"
        if len(sources.questions) != 1:
            raise SettingError("A report on POPE takes the one question file of its run. Make a run for each split.")
        found = scoring.pope_report({"": read_answers(sources.questions[0], answers)})
        tables.append((method.name, parsers_text(found["parsers"])))
    return Section("POPE", "Four parsers read the same answers.", tuple(tables))


def _time(sources: Sources, methods: Sequence[Method]) -> Section:
    """Fig. 4: seconds an answer by decoding."""
    found = time_by_decoding(sources.run, methods)
    text = "Whole runs, reading the picture and recording saliency included; on the machine named above."
    tables = (("", f"{text}\n{table(*decoding_rows(found, TIME_NAMES))}"),)
    values = {name: _with_ends(one, TIME_NAMES) for name, one in found.items()}
    drawing = evidence.by_method(values, tuple(TIME_NAMES.items()))
    return Section("Time of one answer (Fig. 4)", "", tables, ((f"Time by decoding. {BOOTSTRAP}", drawing),))


def _detection(sources: Sources, method: Method) -> Iterator[Section]:
    """Does saliency tell hallucinated words? And do maps point at what is named?"""

    if not (sources.run / "traces" / method.file_name).is_dir():
        return
    vocabulary = scoring.read_vocabulary(sources.synonyms)
    judged = judged_run(sources.run, method.file_name, read_truth(sources.truth or ""), vocabulary)
    found = examine(judged, sources.first)
    tables = (("", detect_count(found)), *detect_tables(found))
    title = f"Hallucinated words: {method.name} (Table 5, Fig. 10 to 12)"
    yield Section(title, found["words"], tables, tuple(_detected(found)) if found["scores"] else ())
    if sources.boxes:
        boxes = {image_key(name): kinds for name, kinds in read_json(sources.boxes).items()}
        there = [boxes.get(image_key(name), {}) for name in judged.names]
        values = {"localisation": asdict(localise(judged.traces, judged.words, there))}
        yield Section(f"Localisation: {method.name}", "", (("", localise_text(values)),))


def _detected(found: Values) -> Iterator[tuple[str, Drawing]]:
    dotted = "Dotted: a score that knows nothing."
    yield f"AUROC of every score; S beside position is S adjusted for it. {BOOTSTRAP} {dotted}", evidence.aurocs(found)
    rate = (
        "Hallucination rate by bin of S (Fig. 10b). Bars: observed, with 95 % intervals; diamonds: what position alone "
    )
    yield f"{rate}predicts; numbers: object words.", evidence.bins(found)
    yield f"AUROC by layer. Bands: 95 % bootstrap intervals over pictures. {dotted}", evidence.by_layer(found)


def _decay(rows: Sequence[Values]) -> Section:
    """Table 6."""
    caption = f"What follows a word whose attention is multiplied by r; r = 1 changes nothing. {BOOTSTRAP}"
    tables = (("", decay_text(rows)),)
    return Section("Weakened words (Table 6)", "", tables, ((caption, evidence.decay_curves(rows)),))
