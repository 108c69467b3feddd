"""The decoding cache beside transformers' own, through everything a run does with one."""

from __future__ import annotations

from copy import copy

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers.cache_utils import DynamicCache

from saliency_viz.caches import DecodingCache, DecodingLayer, filled

LAYERS, GROUPS, WIDTH = 2, 3, 5
WORK = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.integers(0, 5), st.integers(1, 90)),
        st.tuples(st.just("cut"), st.integers(0, 5), st.integers(0, 100)),
        st.tuples(st.just("fork"), st.integers(0, 5), st.just(0)),
    ),
    max_size=25,
)


def read(cache: DynamicCache, keys: torch.Tensor) -> list[torch.Tensor]:
    """Feed positions [LAYERS, 1, GROUPS, positions, WIDTH]; gives what attention of each layer would see."""
    return [part for layer in range(LAYERS) for part in cache.update(keys[layer], -keys[layer], layer)]


def cut(cache: DynamicCache, length: int) -> None:
    for layer in filled(cache):
        layer.keys, layer.values = layer.keys[:, :, :length], layer.values[:, :, :length]


def forked(cache: DynamicCache) -> DynamicCache:
    other = DynamicCache()
    other.layers = [copy(layer) for layer in cache.layers]
    return other


@settings(deadline=None, max_examples=150)
@given(WORK)
def test_runs_that_share_what_they_read_never_change_each_others(work: list[tuple[str, int, int]]):
    """Reading, cutting and forking in any order: what every fork holds is what transformers' copies hold."""
    generator = torch.Generator().manual_seed(1)
    ours, theirs = [DecodingCache()], [DynamicCache()]
    for kind, which, count in work:
        one = which % len(ours)
        mine, other = ours[one], theirs[one]
        if kind == "read":
            keys = torch.randn(LAYERS, 1, GROUPS, count, WIDTH, generator=generator)
            for left, right in zip(read(mine, keys), read(other, keys), strict=True):
                assert torch.equal(left, right)
        elif kind == "cut" and other.layers:
            length = min(count, other.get_seq_length())
            cut(mine, length)
            cut(other, length)
        elif kind == "fork" and len(ours) < 6:
            ours.append(mine.fork())
            theirs.append(forked(other))
        for left, right in zip(ours, theirs, strict=True):
            assert left.get_seq_length() == right.get_seq_length()
            for layer, truth in zip(filled(left), filled(right), strict=True):
                assert torch.equal(layer.keys, truth.keys) and torch.equal(layer.values, truth.values)


def test_a_token_moves_nothing_that_was_read():
    cache = DecodingCache()
    generator = torch.Generator().manual_seed(1)
    for count in (11, 1):
        read(cache, torch.randn(LAYERS, 1, GROUPS, count, WIDTH, generator=generator))
    layer = cache.layers[0]
    before = layer.keys.data_ptr()
    for _ in range(DecodingLayer.ROOM):
        read(cache, torch.randn(LAYERS, 1, GROUPS, 1, WIDTH, generator=generator))
    assert layer.keys.data_ptr() == before and layer.get_seq_length() == 12 + DecodingLayer.ROOM
    read(cache, torch.randn(LAYERS, 1, GROUPS, 1, WIDTH, generator=generator))
    assert layer.keys.data_ptr() != before and layer.get_seq_length() == 13 + DecodingLayer.ROOM
