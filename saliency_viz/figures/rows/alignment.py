"""Two captions laid against each other token by token, and the difference of two runs on what they share.

Ignores why the runs differ (method, edit, seed, picture): only ids, texts and boxes are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...trace import Trace
from .metrics import Kind, Layers, Normalization, row


@dataclass(frozen=True)
class Change:
    """Steps [start, stop) of the first caption, and those of the second that stand in their place; one may be empty."""

    first: tuple[int, int]
    second: tuple[int, int]


@dataclass(frozen=True)
class Alignment:
    """pairs: steps that carry the same token, ascending in both (a longest common subsequence). changes: what lies
    between, in order."""

    pairs: tuple[tuple[int, int], ...]
    changes: tuple[Change, ...]

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """The pairs, and the tokens of equally long changes one for one: the same place, perhaps another word."""
        found = list(self.pairs)
        for change in self.changes:
            if change.first[1] - change.first[0] == change.second[1] - change.second[0]:
                found += zip(range(*change.first), range(*change.second), strict=True)
        return tuple(sorted(found))


def common_subsequence(first: Sequence, second: Sequence) -> tuple[tuple[int, int], ...]:
    """Index pairs of a longest common subsequence; among equals, the one whose pairs come earliest."""
    lengths = np.zeros((len(first) + 1, len(second) + 1), np.int32)
    for i in range(len(first) - 1, -1, -1):
        for j in range(len(second) - 1, -1, -1):
            same = first[i] == second[j]
            lengths[i, j] = lengths[i + 1, j + 1] + 1 if same else max(lengths[i + 1, j], lengths[i, j + 1])
    pairs, i, j = [], 0, 0
    while i < len(first) and j < len(second):
        if first[i] == second[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif lengths[i + 1, j] >= lengths[i, j + 1]:
            i += 1
        else:
            j += 1
    return tuple(pairs)


def align(first: Trace, second: Trace) -> Alignment:
    """Two captions token by token: by id when one model wrote both, else by text (ids of two vocabularies differ)."""
    by_id = first.model.name == second.model.name
    left = first.output_ids if by_id else tuple(step.text for step in first.steps)
    right = second.output_ids if by_id else tuple(step.text for step in second.steps)
    pairs = common_subsequence(left, right)
    changes, i, j = [], 0, 0
    for next_i, next_j in (*pairs, (len(left), len(right))):
        if next_i > i or next_j > j:
            changes.append(Change((i, next_i), (j, next_j)))
        i, j = next_i + 1, next_j + 1
    return Alignment(pairs, tuple(changes))


def shared_keys(first: Trace, second: Trace, alignment: Alignment | None = None) -> np.ndarray:
    """int64 [m, 2]: key positions that mean the same in both runs, ascending in the first.

    Outputs by `align`; image tokens one for one when their boxes are equal, else none of them; the prompt's other
    tokens by their ids (texts across models).
    """
    alignment = alignment or align(first, second)
    by_id = first.model.name == second.model.name
    prompts = [list(trace.prompt_ids if by_id else trace.prompt_texts) for trace in (first, second)]
    images = [trace.positions("image") for trace in (first, second)]
    texts = [np.setdiff1d(np.arange(len(p)), image) for p, image in zip(prompts, images, strict=True)]
    matched = common_subsequence([prompts[0][i] for i in texts[0]], [prompts[1][j] for j in texts[1]])
    pairs = [(texts[0][i], texts[1][j]) for i, j in matched]
    if all(np.array_equal(getattr(first, n), getattr(second, n)) for n in ("boxes", "box_images", "box_scales")):
        pairs += list(zip(*images, strict=True))
    pairs += [(first.first_output + i, second.first_output + j) for i, j in alignment.pairs]
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)


@dataclass(frozen=True, eq=False)
class Difference:
    """second - first on shared keys. first_keys, second_keys [m]: positions; values [m] float32."""

    first_keys: np.ndarray
    second_keys: np.ndarray
    values: np.ndarray
    key_counts: tuple[int, int]

    def on_first(self) -> np.ndarray:
        """float32 [keys of the first run], NaN where the second has no such key."""
        return self._dense(self.first_keys, self.key_counts[0])

    def on_second(self) -> np.ndarray:
        """float32 [keys of the second run], NaN where the first has no such key."""
        return self._dense(self.second_keys, self.key_counts[1])

    def _dense(self, keys: np.ndarray, count: int) -> np.ndarray:
        values = np.full(count, np.nan, np.float32)
        values[keys] = self.values
        return values


def difference(
    first: Trace,
    second: Trace,
    first_step: int,
    second_step: int,
    kind: Kind = "saliency",
    layers: Layers = "target",
    normalization: Normalization = "row",
) -> Difference:
    """How much more the second run's step took from each key that both runs have (signed, same unit as `row`).

    first and second may be one trace (two tokens of one run); keys one of the rows cannot reach are left out.
    """
    keys = shared_keys(first, second)
    reach = (keys[:, 0] < first.steps[first_step].position) & (keys[:, 1] < second.steps[second_step].position)
    keys = keys[reach]
    values = row(second, second_step, kind, layers, normalization)[keys[:, 1]]
    values = values - row(first, first_step, kind, layers, normalization)[keys[:, 0]]
    return Difference(keys[:, 0], keys[:, 1], values, (first.attention.shape[2], second.attention.shape[2]))


def triangle_difference(first: Trace, second: Trace, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """b - a of two output triangles [outputs, outputs], on the second's axes, where both have the line and column.

    Lines pair by place (the same position, perhaps another word: Fig. 3's clock and watch), columns by equal token or
    place too, since what is compared is the pull of the words before. NaN elsewhere.
    """
    values = np.full(b.shape, np.nan, np.float32)
    places = np.array(align(first, second).places, np.int64).reshape(-1, 2)
    if len(places):
        i, j = places[:, 0], places[:, 1]
        values[np.ix_(j, j)] = b[np.ix_(j, j)] - a[np.ix_(i, i)]
    return values
