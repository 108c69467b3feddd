"""The command `evaluate`: its subcommands, their flags, and what they print.

Ignores the work: each subcommand turns flags into values, calls a scorer and prints a table or JSON.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import SettingError

Values = Mapping[str, Any]


def add(command: argparse.ArgumentParser) -> None:
    """The subcommands of `evaluate`."""
    tasks = command.add_subparsers(dest="task", required=True, metavar="TASK")
    for name, (add_flags, run_task, help_text) in TASKS.items():
        task = tasks.add_parser(name, help=help_text, description=help_text)
        add_flags(task)
        task.set_defaults(run_task=run_task)


def run(options: argparse.Namespace) -> int:
    """The chosen subcommand."""
    return options.run_task(options) or 0


# ---- what is printed -------------------------------------------------------------------------------------------------


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
            rows.append([other, name, shown, f"{one['p']:.4f}", f"{one['holm']:.4f}"])
    return rows


DIFFERENCE_HEAD = ("less", "measure", "change in points", "p", "p (Holm)")


def show(report: Any, as_json: bool, text: Callable[[Any], str]) -> None:
    """JSON or text on stdout."""
    print(json.dumps(report, indent=2) if as_json else text(report))


def _add_json(task: argparse.ArgumentParser) -> None:
    task.add_argument("--json", action="store_true", help="print JSON instead of tables; shares lie in 0..1")


def _add_partial(task: argparse.ArgumentParser) -> None:
    task.add_argument("--partial", action="store_true", help="score what is there when a file lacks some items")


# ---- chair -----------------------------------------------------------------------------------------------------------


def _add_chair(task: argparse.ArgumentParser) -> None:
    task.add_argument("--captions", required=True, metavar="FILE", help='JSONL of {"image_id", "caption"}')
    task.add_argument("--truth", metavar="FILE", help='JSON of {"image id": ["object", ...]}')
    task.add_argument("--instances", nargs="+", default=[], metavar="FILE", help="COCO's instances_*.json")
    task.add_argument("--references", nargs="+", default=[], metavar="FILE", help="COCO's captions_*.json")
    task.add_argument("--synonyms", metavar="FILE", help="CHAIR's own list of words; ours if unset")
    task.add_argument("--against", nargs="+", default=[], metavar="FILE", help="other captions of the same images")
    task.add_argument("--mentions", metavar="FILE", help="also write every mention and its place, a line a caption")
    _add_partial(task)
    _add_json(task)


def _chair(options: argparse.Namespace) -> None:
    from . import scoring
    from .truth import coco_truth, read_truth

    vocabulary = scoring.read_vocabulary(options.synonyms)
    if bool(options.truth) == bool(options.instances):
        raise SettingError("CHAIR needs --truth FILE, or --instances with --references. Pass one of the two.")
    given = (options.instances, options.references)
    truth = read_truth(options.truth) if options.truth else coco_truth(*given, vocabulary)

    def counted(path: str):
        return scoring.counted(scoring.captions_of(path, truth, options.partial), truth, vocabulary)

    found = counted(options.captions)
    if options.mentions:
        _write_mentions(Path(options.mentions), found)
    report = scoring.chair_report(found, {path: counted(path) for path in options.against})
    show(report, options.json, _chair_text)


def _write_mentions(path: Path, found: Sequence[Any]) -> None:
    lines = [
        {
            "image_id": one.image,
            "mentions": [
                {"start": mention.start, "stop": mention.stop, "kind": mention.kind, "invented": invented}
                for mention, invented in zip(one.mentions, one.invented, strict=True)
            ],
        }
        for one in found
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def _chair_text(report: Values) -> str:
    rows = [[name, cell(report, name, 1 if name == "length" else 100)] for name in CHAIR_NAMES]
    text = table(("", f"{report['images']} images: value [95 %]"), [[CHAIR_NAMES[name], shown] for name, shown in rows])
    if "differences" in report:
        text += "\n\n" + table(DIFFERENCE_HEAD, difference_rows(report["differences"], ("length",)))
    return text


CHAIR_NAMES = {"chair_s": "CHAIRs %", "chair_i": "CHAIRi %", "recall": "recall %", "length": "words"}


# ---- pope ------------------------------------------------------------------------------------------------------------


def _add_pope(task: argparse.ArgumentParser) -> None:
    task.add_argument("--questions", required=True, nargs="+", metavar="FILE", help="one split, or several to average")
    task.add_argument("--answers", required=True, nargs="+", metavar="FILE", help='JSONL of {"question_id", "answer"}')
    task.add_argument("--against", nargs="+", default=[], metavar="FILE", help="other answers to the same questions")
    _add_partial(task)
    _add_json(task)


def _pope(options: argparse.Namespace) -> None:
    from . import scoring
    from .pope import read_answers

    files = len(options.questions)
    if len(options.answers) != files or len(options.against) not in (0, files):
        raise SettingError(
            f"--answers and --against need a file for each of the {files} question files, in their order."
        )

    def answered(paths: Sequence[str]):
        pairs = zip(options.questions, paths, strict=True)
        return {asked: read_answers(asked, path, options.partial) for asked, path in pairs}

    others = {" ".join(options.against): answered(options.against)} if options.against else {}
    show(scoring.pope_report(answered(options.answers), others), options.json, _pope_text)


def _pope_text(report: Values) -> str:
    parts = [f"{report['questions']} questions, {report['images']} images, % [95 %]", _parsers(report["parsers"])]
    for split, parsers in report.get("splits", {}).items():
        parts += [f"\n{split}", _parsers(parsers)]
    for parser, found in report.get("differences", {}).items():
        parts += [f"\n{parser}: paired differences", table(DIFFERENCE_HEAD, difference_rows(found))]
    return "\n".join(parts)


def _parsers(parsers: Mapping[str, Values]) -> str:
    names = ("accuracy", "precision", "recall", "f1", "yes", "unparsed")
    return table(("parser", *names), [[name, *(cell(one, key) for key in names)] for name, one in parsers.items()])


# ---- mme and amber ---------------------------------------------------------------------------------------------------


def _add_mme(task: argparse.ArgumentParser) -> None:
    task.add_argument("--results", required=True, metavar="DIR", help="the official tool's folder: existence.txt, ...")
    _add_json(task)


def _mme(options: argparse.Namespace) -> None:
    from . import scoring

    show(scoring.mme_report(options.results), options.json, _mme_text)


def _mme_text(report: Values) -> str:
    names = ("accuracy", "accuracy_plus", "score")
    rows = [[task, *(cell(one, name, 1) for name in names)] for task, one in report["subtasks"].items()]
    totals = [[name, "", "", f"{report[name]:.2f}"] for name in ("perception", "cognition", "paper") if name in report]
    return table(("subtask", *names), rows + totals)


def _add_amber(task: argparse.ArgumentParser) -> None:
    task.add_argument("--answers", required=True, metavar="FILE", help='JSON or JSONL of {"id", "response"}')
    task.add_argument("--annotations", required=True, metavar="FILE", help="AMBER's annotations.json")
    task.add_argument("--relation", required=True, metavar="FILE", help="AMBER's relation.json")
    task.add_argument("--safe-words", metavar="FILE", help="AMBER's safe_words.txt")
    task.add_argument("--vectors", metavar="NAME", help="a spaCy model with word vectors, such as en_core_web_lg")
    task.add_argument("--similarity", type=float, default=0.8, help="with --vectors: words closer than this are one")
    _add_json(task)


def _amber(options: argparse.Namespace) -> None:
    from . import amber, scoring
    from .records import read_records

    similar = _vectors(options.vectors, options.similarity) if options.vectors else amber.exact
    words = scoring.read_associations(options.relation, options.safe_words, similar)
    annotations = read_records(options.annotations, ("id", "type", "truth"))
    report = scoring.amber_report(read_records(options.answers, ("id", "response")), annotations, words)
    show(report, options.json, _amber_text)


def _vectors(name: str, threshold: float) -> Callable[[str, str], bool]:
    """Whether two words' vectors are closer than the threshold. Raises SettingError where spaCy or the model lacks."""
    from functools import lru_cache

    try:
        import spacy

        words = spacy.load(name)
    except (ImportError, OSError) as error:
        raise SettingError(
            f"--vectors needs spaCy and its model {name}. Got: {error}. Install both (pip install spacy; "
            f"python -m spacy download {name}), or leave --vectors out to judge by AMBER's associations alone."
        ) from error
    known = lru_cache(maxsize=None)(words)
    return lambda word, other: known(word).similarity(known(other)) > threshold


def _amber_text(report: Values) -> str:
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


TASKS = {
    "chair": (_add_chair, _chair, "CHAIR of captions: objects named that are not in the picture"),
    "pope": (_add_pope, _pope, "POPE of yes-no answers, read by four parsers side by side"),
    "mme": (_add_mme, _mme, "MME of the official tool's folder of answers"),
    "amber": (_add_amber, _amber, "AMBER of captions and yes-no answers"),
}
