"""Every report of a scorer as text: Markdown tables of numbers with their intervals. Ignores how they were found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Values = Mapping[str, Any]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown, columns aligned."""
    lines = [list(map(str, row)) for row in (head, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    text = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    return "\n".join([text[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *text[1:]])


def cell(values: Values, name: str, scale: float = 100) -> str:
    """One number with its interval, in percent."""
    low, high = values["intervals"][name]
    return f"{scale * values[name]:.1f} [{scale * low:.1f}, {scale * high:.1f}]"


def difference_rows(found: Mapping[str, Mapping[str, Values]], plain: Sequence[str] = ()) -> list[list[str]]:
    """Rows of a table of paired differences, in points; measures of `plain` in their own unit."""
    rows = []
    for other, measures in found.items():
        for name, one in measures.items():
            scale, change = (1 if name in plain else 100), one["change"]
            shown = f"{scale * change['value']:+.2f} [{scale * change['low']:+.2f}, {scale * change['high']:+.2f}]"
            title = CHAIR_NAMES.get(name, name).removesuffix(" %")
            rows.append([other, title, shown, f"{one['p']:.4f}", f"{one['holm']:.4f}"])
    return rows


DIFFERENCE_HEAD = ("less", "measure", "change in points", "p", "p (Holm)")


def chair_text(report: Values) -> str:
    rows = [[name, cell(report, name, 1 if name == "length" else 100)] for name in CHAIR_NAMES]
    text = table(("", f"{report['images']} images: value [95 %]"), [[CHAIR_NAMES[name], shown] for name, shown in rows])
    if "differences" in report:
        text += "\n\n" + table(DIFFERENCE_HEAD, difference_rows(report["differences"], ("length",)))
    return text


CHAIR_NAMES = {"chair_s": "CHAIRs %", "chair_i": "CHAIRi %", "recall": "recall %", "length": "words"}
TIME_NAMES = {"seconds": "seconds an answer", "ms": "ms a token"}
PLAIN = ("length", *TIME_NAMES)  # measures that are no shares


def decodings_text(report: Values) -> str:
    """A row for each decoding of a run, and what each changed against the first."""
    parts = [table(*decoding_rows(report["decodings"], {**CHAIR_NAMES, **TIME_NAMES}))]
    if report["differences"]:
        parts.append(change_text(report["differences"]))
    return "\n\n".join(parts)


def decoding_rows(found: Mapping[str, Values], names: Mapping[str, str]) -> tuple[list[str], list[list[str]]]:
    """Head and rows: the measures of each decoding with their intervals."""
    rows = [[name, *(_measure(one, key) for key in names)] for name, one in found.items()]
    return ["decoding", *names.values()], rows


def _measure(one: Values, name: str) -> str:
    if name not in PLAIN:
        return cell(one, name)
    return "{:.3g} [{:.3g}, {:.3g}]".format(one[name], *one["intervals"][name])


def change_text(changes: Mapping[str, Mapping[str, Mapping[str, Values]]]) -> str:
    """Paired differences by decoding."""
    rows = [[name, *row] for name, one in changes.items() for row in difference_rows(one, ("length",))]
    return table(("decoding", *DIFFERENCE_HEAD), rows)


def pope_text(report: Values) -> str:
    parts = [f"{report['questions']} questions, {report['images']} images, % [95 %]", parsers_text(report["parsers"])]
    for split, parsers in report.get("splits", {}).items():
        parts += [f"\n{split}", parsers_text(parsers)]
    for parser, found in report.get("differences", {}).items():
        parts += [f"\n{parser}: paired differences", table(DIFFERENCE_HEAD, difference_rows(found))]
    return "\n".join(parts)


def parsers_text(parsers: Mapping[str, Values]) -> str:
    names = ("accuracy", "precision", "recall", "f1", "yes", "unparsed")
    return table(("parser", *names), [[name, *(cell(one, key) for key in names)] for name, one in parsers.items()])


def mme_text(report: Values) -> str:
    names = ("accuracy", "accuracy_plus", "score")
    rows = [[task, *(cell(one, name, 1) for name in names)] for task, one in report["subtasks"].items()]
    totals = [[name, "", "", f"{report[name]:.2f}"] for name in ("perception", "cognition", "paper") if name in report]
    return table(("subtask", *names), rows + totals)


def amber_text(report: Values) -> str:
    parts = [f"Words are one object by {report['similarity']}. % [95 %]"]
    if "generative" in report:
        names = ("chair", "cover", "hal", "cog")
        parts.append(table(("captions", *names), [_cells("generative", report["generative"], names)]))
    asked = [name for name in report if name not in ("generative", "similarity")]
    if asked:
        names = ("accuracy", "precision", "recall", "f1")
        parts.append(table(("answers", *names), [_cells(name, report[name], names) for name in asked]))
    return "\n\n".join(parts)


def _cells(title: str, values: Values, names: Sequence[str]) -> list[str]:
    return [f"{title} ({values['items']})", *(cell(values, name) for name in names)]


def detect_text(report: Values) -> str:
    """Tables of `evaluate detect`; position stands beside S in each."""
    parts = [f"{heading}\n\n{text}" if heading else text for heading, text in detect_tables(report)]
    return "\n\n".join([f"{detect_count(report)}\n{report['words']}", *parts])


def detect_count(report: Values) -> str:
    """Of how many words `evaluate detect` speaks."""
    counted = f"{report['right']} right and {report['hallucinated']} hallucinated object words ({report['mentions']})"
    return f"{report['captions']} captions, {counted}, {report['fusion']} of attention and gradient."


def detect_tables(report: Values) -> list[tuple[str, str]]:
    """(heading, text) of each part; none where there are too few words for any."""
    if not report["scores"]:
        return []
    gains = report["adds"]
    rows = [
        [name, interval(one["auroc"]), interval(one["average_precision"]), f"{one['base']:.3f}", _gain(gains.get(name))]
        for name, one in report["scores"].items()
    ]
    head = ("score", "AUROC [95 %]", "average precision", "by chance", "adds to probability and position")
    parts = [("", table(head, rows)), ("Table 5: mean and deviation", table5_text(report))]
    parts.append(("Fig. 10b: hallucination rate by bin of S, beside what position alone predicts", bins_text(report)))
    found = report["neighbours"]
    shares = [_share(found["lower"]), found["hallucinated"], _share(found["right_lower"]), found["right"]]
    words = "Fig. 12: S below both right neighbours: {} of {} hallucinated words, {} of {} right ones."
    parts.append(("", words.format(*shares)))
    lines = [
        [one["item"], one["word"], f"{one['S']:.3g}", f"{one['above_right']:.0%}", f"{one['probability']:.2f}"]
        for one in report["salient_hallucinations"]
    ]
    if lines:
        told = table(("item", "word", "S", "above right", "p"), lines)
        parts.append(("Fig. 11: hallucinated, yet salient", told))
    return parts


def interval(one: Values) -> str:
    """A share with its interval."""
    return f"{one['value']:.3f} [{one['low']:.3f}, {one['high']:.3f}]"


def _gain(one: Values | None) -> str:
    return "" if one is None else f"LR {one['likelihood_ratio']:.1f}, p {one['p']:.2g}"


def _share(value: float | None) -> str:
    return "none" if value is None else f"{value:.0%}"


def table5_text(report: Values) -> str:
    """Mean and deviation of scores by class."""
    rows = [
        [name, *(f"{one[side][0]:.4g} ± {one[side][1]:.3g}" for side in ("right", "hallucinated"))]
        for name, one in report["table5"].items()
    ]
    return table(("score", "right", "hallucinated"), rows)


def bins_text(report: Values, name: str = "S") -> str:
    """Rates by bin of a score, beside what position predicts."""
    rows = [
        [
            f"{one['low']:.3g} to {one['high']:.3g}",
            one["count"],
            interval(one["rate"]) if one["rate"] else "",
            f"{one['by_position']:.3f}" if one["rate"] else "",
        ]
        for one in report["bins"][name]
    ]
    return table((name, "words", "hallucinated [95 %]", "by position"), rows)


def localise_text(report: Values) -> str:
    """Pointing game, energy, and areas under deletion and insertion curves."""
    found = report["localisation"]
    rows = [[name, interval(found["pointing"][name]), interval(found["energy"][name])] for name in found["pointing"]]
    head = ("map", "points into the box", f"energy inside (chance {found['chance']:.3f})")
    text = f"{found['words']} right object words with a box.\n\n{table(head, rows)}"
    return f"{text}\n\n{areas_text(report['faithfulness'])}" if "faithfulness" in report else text


def areas_text(found: Values) -> str:
    """Areas under deletion and insertion curves by ranking."""
    rows = [[name, interval(one["deletion"]), interval(one["insertion"])] for name, one in found["areas"].items()]
    head = ("places ranked by", "deletion (small is faithful)", "insertion (large is)")
    return f"{found['words']} words\n\n{table(head, rows)}"


def decay_text(rows: Sequence[Values]) -> str:
    """Table 6."""
    head = ("attention to", "times", "CHAIRs of the rest", "CHAIRi", "recall", "CHAIRs - plain", "p (Holm)")
    lines = [
        [
            f"a {row['target']} word",
            f"{row['factor']:g}",
            *(interval(row["chair"][name]) for name in ("chair_s", "chair_i", "recall")),
            interval(row["change"]["chair_s"]["change"]) if row["change"] else "",
            f"{row['change']['chair_s']['holm']:.3g}" if row["change"] else "",
        ]
        for row in rows
        if row["chair"]
    ]
    return table(head, lines)


def table1_text(rows: Sequence[Values]) -> str:
    """The paper's gains beside the half width of an interval."""
    lines = [
        [
            row["measure"],
            row["method"],
            f"{row['baseline']:g}",
            f"{row['value']:g}",
            f"{row['change']:+.2f}",
            f"± {row['apart']:.1f}" + (f" / ± {row['paired']:.1f}" if row["paired"] is not None else ""),
            "yes" if row["larger"] else "only if paired" if row["larger_paired"] else "no",
        ]
        for row in rows
    ]
    return table(("measure", "method", "beam search", "paper", "change", "95 % apart / paired", "larger"), lines)
