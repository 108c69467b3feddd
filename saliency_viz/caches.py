"""Caches of keys and values: the one that decodes, and the two ways a recorded call reads it.

Ignores attention. A cache belongs to one run; what forks of it have read together is written to by none of them.
"""

from __future__ import annotations

from copy import copy
from typing import Any, Protocol, cast, runtime_checkable

from torch import Tensor
from transformers.cache_utils import DynamicCache, DynamicLayer


@runtime_checkable
class FilledLayer(Protocol):
    """A layer of a decoding cache that has read something: keys and values [1, groups, position, width]."""

    keys: Tensor
    values: Tensor

    def update(self, key_states: Tensor, value_states: Tensor) -> tuple[Tensor, Tensor]:
        """Take in rows; gives all keys and values."""
        ...


def filled(cache: DynamicCache) -> list[FilledLayer]:
    """The layers of a cache that has been decoded with; transformers' own types know of layers without keys too."""
    return cast("list[FilledLayer]", cache.layers)


class DecodingLayer(DynamicLayer):
    """Keys and values in memory with room for what follows: a token writes its own, and the others stay where they are
    (transformers' layer copies all of them for every token). Sound with views of `keys` and `values` set in their
    place, as long as none that another layer still reads is cut off and written over: `fork` sees to that.
    """

    keys: Tensor
    values: Tensor
    ROOM = 32  # positions more than were needed: of a 7B model in half precision 16 MiB, which no estimate counts

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._rooms: tuple[Tensor, Tensor] | None = None  # whose beginnings keys and values are

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """Take in rows; gives all keys and values, as views."""
        if not self.is_initialized:
            return super().update(key_states, value_states)
        start = self.keys.shape[2]
        stop = start + key_states.shape[2]
        if self._rooms is None or stop > self._rooms[0].shape[2]:
            self._rooms = _roomy(self.keys, stop + self.ROOM), _roomy(self.values, stop + self.ROOM)
        keys, values = self._rooms
        keys[:, :, start:stop], values[:, :, start:stop] = key_states, value_states
        self.keys, self.values = keys[:, :, :stop], values[:, :, :stop]
        return self.keys, self.values

    def fork(self) -> DecodingLayer:
        """A layer of its own that has read the same. Copies nothing yet: whichever writes next takes new memory."""
        self._rooms = None
        return copy(self)


def _roomy(read: Tensor, positions: int) -> Tensor:
    """What was read [1, groups, position, width] at the beginning of memory for so many positions."""
    room = read.new_empty(*read.shape[:2], positions, read.shape[3])
    room[:, :, : read.shape[2]] = read
    return room


class DecodingCache(DynamicCache):
    """The cache of a run."""

    layers: list[DecodingLayer]

    def __init__(self) -> None:
        super().__init__()
        self.layer_class_to_replicate = DecodingLayer

    def fork(self) -> DecodingCache:
        """A cache of its own that has read the same."""
        other = DecodingCache()
        other.layers = [layer.fork() for layer in self.layers]
        return other


class FrozenLayer(DynamicLayer):
    """Keys and values of all positions as decoded; a call over the last rows reads them and stores nothing.

    own_key, own_value: of those rows, in the graph; there once the model has been called.
    """

    keys: Tensor
    values: Tensor
    own_key: Tensor
    own_value: Tensor

    def __init__(self, keys: Tensor, values: Tensor, start: int) -> None:
        super().__init__()
        self.keys, self.values, self.start = keys, values, start
        self.dtype, self.device, self.is_initialized = keys.dtype, keys.device, True

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """Keep the rows' own key and value (in the graph) aside; hand out the frozen ones."""
        assert key_states.shape[2] == self.keys.shape[2] - self.start
        self.own_key, self.own_value = key_states, value_states
        return self.keys, self.values

    def get_seq_length(self) -> int:
        """Positions before the observed rows."""
        return self.start


class GrowingLayer(FrozenLayer):
    """A decoding cache's layer that takes one more row as decoding does, and keeps that row in the graph beside."""

    def __init__(self, layer: FilledLayer) -> None:
        super().__init__(layer.keys, layer.values, layer.keys.shape[2])
        self._layer = layer

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """Store the row in the decoding cache; hand out everything in it."""
        self.own_key, self.own_value = key_states, value_states
        self.keys, self.values = self._layer.update(key_states.detach(), value_states.detach())
        return self.keys, self.values


class GrowingCache(DynamicCache):
    """A decoding cache for one forward whose row is recorded; the cache itself has the row afterwards."""

    def __init__(self, cache: DynamicCache) -> None:
        super().__init__()
        self.layers = [GrowingLayer(layer) for layer in filled(cache)]


class FrozenCache(DynamicCache):
    """A read-only view of a decoding cache up to position stop, for observing rows start..stop-1. Copies nothing."""

    def __init__(self, cache: DynamicCache, start: int, stop: int) -> None:
        super().__init__()
        self.layers = [
            FrozenLayer(layer.keys[:, :, :stop], layer.values[:, :, :stop], start) for layer in filled(cache)
        ]
