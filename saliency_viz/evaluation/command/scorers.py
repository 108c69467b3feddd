"""`evaluate chair | pope | mme | amber`: scorers of files. Ignores the scoring (`scoring`) and needs no model."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ...errors import SettingError
from ..tables import amber_text, chair_text, mme_text, pope_text
from .printing import add_json, add_partial, show

# ---- chair -----------------------------------------------------------------------------------------------------------


def _add_chair(task: argparse.ArgumentParser) -> None:
    task.add_argument("--captions", required=True, metavar="FILE", help='JSONL of {"image_id", "caption"}')
    task.add_argument("--truth", metavar="FILE", help='JSON of {"image id": ["object", ...]}')
    task.add_argument("--instances", nargs="+", default=[], metavar="FILE", help="COCO's instances_*.json")
    task.add_argument("--references", nargs="+", default=[], metavar="FILE", help="COCO's captions_*.json")
    task.add_argument("--synonyms", metavar="FILE", help="CHAIR's own list of words; ours if unset")
    task.add_argument("--against", nargs="+", default=[], metavar="FILE", help="other captions of the same images")
    task.add_argument("--mentions", metavar="FILE", help="also write every mention and its place, a line a caption")
    add_partial(task)
    add_json(task)


def _chair(options: argparse.Namespace) -> None:
    from .. import scoring
    from ..truth import coco_truth, read_truth

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
    show(report, options.json, chair_text)


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


# ---- pope ------------------------------------------------------------------------------------------------------------


def _add_pope(task: argparse.ArgumentParser) -> None:
    task.add_argument("--questions", required=True, nargs="+", metavar="FILE", help="one split, or several to average")
    task.add_argument("--answers", required=True, nargs="+", metavar="FILE", help='JSONL of {"question_id", "answer"}')
    task.add_argument("--against", nargs="+", default=[], metavar="FILE", help="other answers to the same questions")
    add_partial(task)
    add_json(task)


def _pope(options: argparse.Namespace) -> None:
    from .. import scoring
    from ..pope import read_answers

    files = len(options.questions)
    if len(options.answers) != files or len(options.against) not in (0, files):
        raise SettingError(
            f"--answers and --against need a file for each of the {files} question files, in their order."
        )

    def answered(paths: Sequence[str]):
        pairs = zip(options.questions, paths, strict=True)
        return {asked: read_answers(asked, path, options.partial) for asked, path in pairs}

    others = {" ".join(options.against): answered(options.against)} if options.against else {}
    show(scoring.pope_report(answered(options.answers), others), options.json, pope_text)


# ---- mme and amber ---------------------------------------------------------------------------------------------------


def _add_mme(task: argparse.ArgumentParser) -> None:
    task.add_argument("--results", required=True, metavar="DIR", help="the official tool's folder: existence.txt, ...")
    add_json(task)


def _mme(options: argparse.Namespace) -> None:
    from .. import scoring

    show(scoring.mme_report(options.results), options.json, mme_text)


def _add_amber(task: argparse.ArgumentParser) -> None:
    task.add_argument("--answers", required=True, metavar="FILE", help='JSON or JSONL of {"id", "response"}')
    task.add_argument("--annotations", required=True, metavar="FILE", help="AMBER's annotations.json")
    task.add_argument("--relation", required=True, metavar="FILE", help="AMBER's relation.json")
    task.add_argument("--safe-words", metavar="FILE", help="AMBER's safe_words.txt")
    task.add_argument("--vectors", metavar="NAME", help="a spaCy model with word vectors, such as en_core_web_lg")
    task.add_argument("--similarity", type=float, default=0.8, help="with --vectors: words closer than this are one")
    add_json(task)


def _amber(options: argparse.Namespace) -> None:
    from .. import amber, scoring
    from ..records import read_records

    similar = _vectors(options.vectors, options.similarity) if options.vectors else amber.exact
    words = scoring.read_associations(options.relation, options.safe_words, similar)
    annotations = read_records(options.annotations, ("id", "type", "truth"))
    report = scoring.amber_report(read_records(options.answers, ("id", "response")), annotations, words)
    show(report, options.json, amber_text)


def _vectors(name: str, threshold: float) -> Callable[[str, str], bool]:
    """Whether two words' vectors are closer than the threshold. Raises SettingError where spaCy or the model lacks."""
    from functools import lru_cache

    try:
        import spacy  # pyright: ignore[reportMissingImports]  # asked for only here, so not among the requirements

        words = spacy.load(name)
    except (ImportError, OSError) as error:
        raise SettingError(
            f"--vectors needs spaCy and its model {name}. Got: {error}. Install both (pip install spacy; "
            f"python -m spacy download {name}), or leave --vectors out to judge by AMBER's associations alone."
        ) from error
    known = lru_cache(maxsize=None)(words)
    return lambda word, other: known(word).similarity(known(other)) > threshold


SCORERS = {
    "chair": (_add_chair, _chair, "CHAIR of captions: objects named that are not in the picture"),
    "pope": (_add_pope, _pope, "POPE of yes-no answers, read by four parsers side by side"),
    "mme": (_add_mme, _mme, "MME of the official tool's folder of answers"),
    "amber": (_add_amber, _amber, "AMBER of captions and yes-no answers"),
}
