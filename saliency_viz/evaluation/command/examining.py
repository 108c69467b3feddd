"""`evaluate detect | localise | decay | table1 | decodings | report`: what a run shows, most of all of saliency.

Ignores the arithmetic: each reads files, calls the module of its name (`examination` for detect), and prints.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ... import flags
from ...errors import SettingError
from ..tables import decay_text, decodings_text, detect_text, localise_text, table1_text
from .printing import add_json, show

# ---- words and their truth -------------------------------------------------------------------------------------------


def _add_words(task: argparse.ArgumentParser) -> None:
    task.add_argument(
        "source", nargs="+", metavar="RUN", help="a folder of evaluate run --traces, or marked trace files"
    )
    task.add_argument("--truth", metavar="FILE", help='JSON of {"image id": ["object", ...]}; marks if unset')
    task.add_argument("--synonyms", metavar="FILE", help="words of the objects: CHAIR's list or a scene set's; ours")
    task.add_argument("--decoding", default="plain", metavar="NAME", help="which decoding of the run")


def _judged(options: argparse.Namespace) -> Any:
    """The traces asked for, with their judged words."""
    from ..methods import method_of
    from ..scoring import read_vocabulary
    from ..truth import read_truth
    from ..words import judged_run, judged_traces

    paths = [Path(path).expanduser() for path in options.source]
    if not options.truth:
        files = [one for path in paths for one in (sorted(path.rglob("*.trace")) if path.is_dir() else [path])]
        return judged_traces(files)
    if len(paths) != 1 or not paths[0].is_dir():
        raise SettingError(f"--truth goes with one folder of evaluate run --traces. Got {' '.join(options.source)}.")
    name = method_of(options.decoding).file_name
    return judged_run(paths[0], name, read_truth(options.truth), read_vocabulary(options.synonyms))


# ---- detect ----------------------------------------------------------------------------------------------------------


def _add_detect(task: argparse.ArgumentParser) -> None:
    _add_words(task)
    task.add_argument("--first", action="store_true", help="only the first mention of each object in a caption")
    task.add_argument("--replay", metavar="FILE", help="first read these captions with --model, into RUN")
    task.add_argument("--images", metavar="DIR", help="with --replay: folder of the pictures")
    task.add_argument("--prompt", default="Please describe this image in detail.", help="with --replay: what was asked")
    flags.add_model_flags(task)
    add_json(task)


def _detect(options: argparse.Namespace) -> None:
    from ..examination import examine

    if options.replay:
        _replay(options)
    show(examine(_judged(options), options.first), options.json, detect_text)


def _replay(options: argparse.Namespace) -> None:
    """A run of the given captions, with traces, into the folder that is then examined."""
    from ..items import Source, read_items
    from ..methods import method_of
    from ..runs import Plan, run

    if not options.images or len(options.source) != 1 or not options.truth:
        raise SettingError("--replay needs --images DIR, --truth FILE, and one folder RUN to write to.")
    source = Source(Path(options.images).expanduser(), (Path(options.replay),), options.prompt)
    items = tuple(read_items("replay", source))
    plan = Plan("replay", items, (method_of("plain"),), Path(options.source[0]).expanduser(), 1024, traces=True)
    failed = run(flags.quiet_load(options), plan)
    print(f"{len(items)} captions read, {failed} failed.", file=sys.stderr)


# ---- localise, decay -------------------------------------------------------------------------------------------------


def _add_localise(task: argparse.ArgumentParser) -> None:
    _add_words(task)
    task.add_argument("--boxes", required=True, metavar="FILE", help='JSON of {"image id": {"object": [[l, t, r, b]]}}')
    task.add_argument("--faithfulness", type=int, metavar="N", help="also deletion and insertion of N words (a model)")
    flags.add_model_flags(task)
    add_json(task)


def _localise(options: argparse.Namespace) -> None:
    from ..localisation import faithful, localise
    from ..records import image_key, read_json

    judged = _judged(options)
    boxes = {image_key(name): kinds for name, kinds in read_json(options.boxes).items()}
    there = [boxes.get(image_key(name), {}) for name in judged.names]
    report = {"localisation": asdict(localise(judged.traces, judged.words, there))}
    if options.faithfulness:
        model = flags.quiet_load(options)
        report["faithfulness"] = faithful(model, judged.traces, judged.words, options.faithfulness)
    show(report, options.json, localise_text)


def _add_decay(task: argparse.ArgumentParser) -> None:
    task.add_argument("--images", required=True, metavar="DIR", help="folder of the pictures")
    task.add_argument("--truth", required=True, metavar="FILE", help='JSON of {"image id": ["object", ...]}')
    task.add_argument("--synonyms", metavar="FILE", help="words of the objects: CHAIR's list or a scene set's; ours")
    task.add_argument("--prompt", default="Please describe this image in detail.", help="what to ask")
    task.add_argument("--max-new-tokens", type=int, default=128, metavar="N", help="longest caption")
    task.add_argument("--limit", type=int, metavar="N", help="only the first N pictures")
    flags.add_model_flags(task)
    add_json(task)


def _decay(options: argparse.Namespace) -> None:
    from ...terminal import Progress
    from ..decay import decay
    from ..items import Source, read_items
    from ..scoring import read_vocabulary
    from ..truth import read_truth

    source = Source(Path(options.images).expanduser(), prompt=options.prompt)
    pictures = {item.id: item.image for item in read_items("chair", source, options.limit)}
    truth = read_truth(options.truth)
    if lacking := [name for name in pictures if name not in truth]:
        raise SettingError(f"--truth must know every picture. It lacks {lacking[0]}. Pass the truth of this folder.")
    with Progress(len(pictures)) as progress:
        model = flags.quiet_load(options, progress.loading)
        vocabulary = read_vocabulary(options.synonyms)
        how = {"max_new_tokens": options.max_new_tokens, "tell": progress.show}
        found = decay(model, pictures, truth, vocabulary, options.prompt, **how)
    show([asdict(row) for row in found], options.json, decay_text)


# ---- table1, decodings, report --------------------------------------------------------------------------------------


def _add_table1(task: argparse.ArgumentParser) -> None:
    task.add_argument("--images", type=int, default=500, metavar="N", help="how many pictures were scored")
    add_json(task)


def _table1(options: argparse.Namespace) -> None:
    from ..published import differences_at

    show([asdict(row) for row in differences_at(options.images)], options.json, table1_text)


def _add_decodings(task: argparse.ArgumentParser) -> None:
    task.add_argument("folder", metavar="RUN", help="a folder of evaluate run")
    task.add_argument("--truth", required=True, metavar="FILE", help='JSON of {"image id": ["object", ...]}')
    task.add_argument("--synonyms", metavar="FILE", help="words of the objects: CHAIR's list or a scene set's; ours")
    add_json(task)


def _decodings(options: argparse.Namespace) -> None:
    from ..decodings import decodings
    from ..scoring import read_vocabulary
    from ..truth import read_truth

    folder = Path(options.folder).expanduser()
    found = decodings(folder, read_truth(options.truth), read_vocabulary(options.synonyms))
    show(found, options.json, decodings_text)


def _add_report(task: argparse.ArgumentParser) -> None:
    task.add_argument("folder", metavar="RUN", help="a folder of evaluate run")
    task.add_argument("--truth", metavar="FILE", help='JSON of {"image id": ["object", ...]}')
    task.add_argument("--synonyms", metavar="FILE", help="words of the objects: CHAIR's list or a scene set's; ours")
    task.add_argument("--boxes", metavar="FILE", help='JSON of {"image id": {"object": [[l, t, r, b]]}}')
    task.add_argument("--questions", nargs="+", default=[], metavar="FILE", help="of a run of POPE: its questions")
    task.add_argument("--decay", metavar="FILE", help="what evaluate decay --json printed")
    task.add_argument("--first", action="store_true", help="detection: only the first mention of each object")
    task.add_argument("--out", metavar="FILE", help="where to write; RUN/report.html if unset, and .pdf beside it")


def _report(options: argparse.Namespace) -> None:
    from ..report import Sources, report

    sources = Sources(
        run=Path(options.folder).expanduser(),
        truth=options.truth,
        synonyms=options.synonyms,
        boxes=options.boxes,
        questions=tuple(options.questions),
        decay=options.decay,
        first=options.first,
    )
    out = Path(options.out).expanduser() if options.out else sources.run / "report.html"
    for path in report(sources, flags.writable(str(out))):
        print(path)


EXAMINING: Mapping[str, Any] = {
    "detect": (_add_detect, _detect, "does saliency tell hallucinated object words, beyond where they stand?"),
    "localise": (_add_localise, _localise, "do maps point at the objects that are named?"),
    "decay": (_add_decay, _decay, "does weakening a salient word make the rest hallucinate? (Table 6)"),
    "decodings": (_add_decodings, _decodings, "a run's decodings side by side: CHAIR, recall, length, time"),
    "table1": (_add_table1, _table1, "which of the paper's gains are larger than an interval"),
    "report": (_add_report, _report, "everything about a run as one HTML file and one PDF"),
}
