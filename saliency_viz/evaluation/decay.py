"""Table 6: does the model hallucinate more when a salient right word is weakened? And when any other word is?

A caption is written, its most salient right object word found, and the rest written again with attention to that
word's token multiplied by r (an edit of every row after it). Beside it the same with another output token drawn at
random, and r = 1, which must change nothing. Ignores how captions are scored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from ..decoding import caption
from ..models import LVLM
from ..settings import Edit, Sampling
from ..trace import Trace
from .chair import MEASURES, Vocabulary, count, counts
from .encoding import encoded_once
from .intervals import Difference, Interval, differences, estimates
from .mentions import Word, words_from_spans
from .truth import Truth

FACTORS = (1.0, 0.8, 0.6, 0.4, 0.2)
TARGETS = ("salient", "random")


@dataclass(frozen=True)
class Decay:
    """One row of Table 6: CHAIR of the rest of the captions with attention to the target multiplied by factor."""

    target: str
    factor: float
    chair: Mapping[str, Interval]
    change: Mapping[str, Difference]  # against factor 1


def decay(
    model: LVLM,
    pictures: Mapping[str, object],
    truth: Truth,
    vocabulary: Vocabulary,
    prompt: str,
    max_new_tokens: int = 64,
    factors: Sequence[float] = FACTORS,
    tell: Callable[[int, str], None] = lambda done, text: None,
) -> list[Decay]:
    """Rows for each target and factor over pictures by name; those whose caption names no right object are left out."""
    texts: dict[tuple[str, float], dict[str, str]] = {(t, f): {} for t in TARGETS for f in factors}
    for done, (name, picture) in enumerate(pictures.items(), start=1):
        with encoded_once(model):
            plain = caption(model, picture, prompt, max_new_tokens)
            salient = most_salient(plain, truth[name], vocabulary)
            if salient is not None:
                steps = {"salient": salient, "random": another(plain, salient, name)}
                for target in TARGETS:
                    for factor in factors:
                        rest = weakened(model, plain, picture, prompt, steps[target], factor, salient)
                        texts[target, factor][name] = rest
        tell(done, name)
    found = {key: _counted(captions, truth, vocabulary) for key, captions in texts.items()}
    return [_row(target, factor, found) for target in TARGETS for factor in factors]


def most_salient(trace: Trace, kinds: frozenset[str], vocabulary: Vocabulary) -> int | None:
    """The step of the right object word with the highest S, of those with something after them; None without one."""
    spans = [(m.start, m.stop, m.kind, m.kind not in kinds) for m in vocabulary.mentions(trace.text)]
    words: list[Word] = [word for word in words_from_spans(trace, spans) if not word.hallucinated]
    scored = [(trace.steps[word.step].score, word.step) for word in words if word.step + 1 < len(trace.steps)]
    return max(((score, step) for score, step in scored if score is not None), default=(None, None))[1]


def another(trace: Trace, step: int, seed: str) -> int:
    """Some other output up to that step, drawn with a seed; the step itself where it is the first."""
    others = [index for index in range(step) if trace.steps[index].text.strip()]
    return Random(f"decay {seed}").choice(others) if others else step


def weakened(model: LVLM, plain: Trace, picture: object, prompt: str, step: int, factor: float, after: int) -> str:
    """The caption's text from after the step `after` on, written with attention to the step's token times factor."""
    kept = plain.output_ids[: after + 1]
    position = plain.steps[step].position
    first_row = plain.steps[after].position
    rows = tuple(range(first_row, plain.first_output + plain.settings.max_new_tokens))
    edit = Edit(factor, (position,), rows)
    sampling: Sampling = plain.settings.sampling
    more = caption(model, picture, prompt, plain.settings.max_new_tokens, sampling=sampling, edits=edit, forced=kept)
    return "".join(one.text for one in more.steps[after + 1 :])


def _counted(captions: Mapping[str, str], truth: Truth, vocabulary: Vocabulary) -> np.ndarray:
    rows = [count(name, text, truth[name], vocabulary) for name, text in captions.items()]
    return counts(rows) if rows else np.zeros((0, 7))


def _row(target: str, factor: float, found: Mapping[tuple[str, float], np.ndarray]) -> Decay:
    here, plain = found[target, factor], found.get((target, 1.0))
    chair = estimates(here, MEASURES) if len(here) else {}
    change = differences(here, {"1": plain}, MEASURES)["1"] if plain is not None and len(here) else {}
    return Decay(target, factor, chair, change)
