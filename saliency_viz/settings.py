"""What a person can set, as frozen values checked where they are born, with the paper's symbol beside each.

Ignores tensors and models: a setting knows its range, not what is done with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from numbers import Real
from sys import float_info
from typing import Any, Literal

from .errors import SettingError
from .whole_numbers import indices, whole

Fusion = Literal["product", "sum", "max", "gradient"]
FUSIONS: tuple[Fusion, ...] = ("product", "sum", "max", "gradient")
History = Literal["window", "window-accepted", "accepted"]
HISTORIES: tuple[History, ...] = ("window", "window-accepted", "accepted")
Score = Literal["mean", "sum", "previous", "recent"]
SCORES: tuple[Score, ...] = ("mean", "sum", "previous", "recent")


@dataclass(frozen=True)
class Sampling:
    """How a token is drawn from the model's distribution. Temperature 0 takes the most probable one.

    Order: temperature, then top-k, then top-p (as in transformers), then the draw. Each position draws from its own
    generator seeded by (seed, position), so that a draw does not depend on how the caption was reached.
    """

    temperature: float = 0.0
    seed: int = 0
    top_k: int | None = None
    top_p: float | None = None

    def __post_init__(self) -> None:
        _store(self, temperature=_real("temperature", self.temperature, 0.0, 10.0))
        _store(self, seed=whole("seed", self.seed, 0, 2**63 - 1))
        if self.top_k is not None:
            _store(self, top_k=whole("top_k", self.top_k, 1))
        if self.top_p is not None:
            _store(self, top_p=_real("top_p", self.top_p, 0.0, 1.0, open_low=True))


@dataclass(frozen=True)
class SGRS:
    """Saliency-Guided Rejection Sampling (Sec. 3.1, Eq. 6-7, Algorithm 1).

    history: the outputs that tau averages over. "window": all at the last W + 1 positions (Eq. 7), fallbacks too;
    "window-accepted": of those, the accepted ones (Algorithm 1 read by position); "accepted": the last W accepted ones,
    wherever they stand. score: S of a token from its shares of the outputs before it. "mean": Eq. 6; "sum": Eq. 6
    without 1/|J|; "previous": of the output just before it (D.1); "recent": mean over the last `recent` outputs.
    """

    top_k: int = 5  # K: candidates of a step
    tries: int = 3  # R: candidates tried before the fallback
    alpha: float = 0.6  # alpha: share of the recent mean score a candidate must reach
    window: int = 5  # W: how far back the recent mean looks
    layers: tuple[int, ...] | None = None  # L_target; None: the deeper half
    history: History = "window"  # H
    score: Score = "mean"  # S
    recent: int = 10  # w_s of the score "recent"

    def __post_init__(self) -> None:
        _store(self, top_k=whole("top_k (K)", self.top_k, 1, 1000), tries=whole("tries (R)", self.tries, 1, 1000))
        _store(self, alpha=_real("alpha", self.alpha, 0.0, 1.0), window=whole("window (W)", self.window, 1, 100_000))
        _store(self, layers=_indices("layers (L_target)", self.layers))
        _one_of("history", self.history, HISTORIES)
        _one_of("score", self.score, SCORES)
        _store(self, recent=whole("recent (w_s of the score)", self.recent, 1, 100_000))


@dataclass(frozen=True)
class Edit:
    """Post-softmax attention of chosen rows to chosen keys, multiplied by a factor (Eq. 9; decay: Table 6).

    Positions are absolute and 0-based. rows None: every row from the one that predicts the first output on. layers
    and heads None: all. Factor 1 changes nothing, 0 removes the keys. Not renormalised unless asked.
    """

    factor: float
    keys: tuple[int, ...]
    rows: tuple[int, ...] | None = None
    layers: tuple[int, ...] | None = None
    heads: tuple[int, ...] | None = None
    renormalize: bool = False

    def __post_init__(self) -> None:
        _store(self, factor=_real("factor", self.factor, 0.0, 100.0))
        _store(self, **{name: _indices(name, getattr(self, name)) for name in ("keys", "rows", "layers", "heads")})
        if self.keys is None:
            raise SettingError("keys must name the key positions to edit. Got None. Pass a list of positions.")
        _flag("renormalize", self.renormalize)


@dataclass(frozen=True)
class LocoRE:
    """Local Coherence Reinforcement (Sec. 3.1.1, Eq. 8-10, Algorithm 2): an edit whose keys move with the row."""

    beta: float = 0.15  # beta: gain is 1 + beta
    window: int = 10  # w_s: how many earlier outputs are raised
    renormalize: bool = False

    def __post_init__(self) -> None:
        _store(self, beta=_real("beta", self.beta, 0.0, 100.0), window=whole("window (w_s)", self.window, 1, 100_000))
        _flag("renormalize", self.renormalize)


DECODERS = {  # name: title, of those that can be had; here, since the page offers them before torch is loaded
    "vcd": "VCD",
    "icd": "ICD",
    "ritual": "RITUAL",
    "dola": "DoLa",
    "pai": "PAI",
    "sid": "SID",
    "only": "ONLY",
    "agla": "AGLA",
    "var": "VAR (visual attention sink)",
    "eah": "EAH",
    "farsight": "FarSight",
    "beam": "Beam search",
    "opera": "OPERA",
}


@dataclass(frozen=True)
class Decoding:
    """One of the decoders of Table 1 by its name, with its own settings; docs/decoders.md lists both.

    values: setting to number; those left out take the authors' defaults. Names and ranges are checked where a run
    starts, against the table of decoders (decoding/decoders/table.py), which needs torch.
    """

    name: str
    values: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise SettingError(f"decoding must name a decoder, such as 'vcd'. Got {self.name!r}.")
        if not isinstance(self.values, Mapping) or not all(isinstance(name, str) for name in self.values):
            raise SettingError(f"A decoder's values must map its settings to numbers. Got {self.values!r}.")
        limit = float_info.max
        _store(self, values={name: _real(name, value, -limit, limit) for name, value in self.values.items()})

    @staticmethod
    def read(name: str, text: str) -> Decoding:
        """A decoder with settings as people type them: "alpha=1, beta=0.1". Raises SettingError."""
        values = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            setting, _, number = part.partition("=")
            try:
                values[setting.strip()] = float(number)
            except ValueError as error:
                raise SettingError(f"A decoder's settings must look like alpha=1, beta=0.1. Got {part!r}.") from error
        return Decoding(name, values)

    def written(self) -> str:
        """The settings as `read` takes them."""
        return ", ".join(f"{name}={value!r}" for name, value in self.values.items())

    def __hash__(self) -> int:
        return hash((self.name, tuple(sorted(self.values.items()))))


@dataclass(frozen=True)
class Recording:
    """What the observing pass keeps. The score (Eq. 6) is always of the product, whichever fusion is drawn."""

    fusion: Fusion = "product"  # Fig. 9: |A*dA|, |A|+|dA|, max(|A|,|dA|), |dA|
    target_layers: tuple[int, ...] | None = None  # L_target of the score; None: the deeper half

    def __post_init__(self) -> None:
        _one_of("fusion", self.fusion, FUSIONS)
        _store(self, target_layers=_indices("target_layers", self.target_layers))


def target_layers(wanted: Iterable[int] | None, layer_count: int) -> tuple[int, ...]:
    """The layers Eq. 6 averages over: those wanted, or the deeper half ("middle-to-deep", Sec. 3.1).

    Raises SettingError when a wanted layer does not exist.
    """
    layers = tuple(range(layer_count // 2, layer_count)) if wanted is None else tuple(wanted)
    beyond = [layer for layer in layers if layer >= layer_count]
    if beyond:
        raise SettingError(
            f"target layers must lie in 0..{layer_count - 1} for this model. Got {beyond}. Choose others."
        )
    return layers


def is_number(value: Any) -> bool:
    """Whether it is a real number; True and False are none."""
    return isinstance(value, Real) and not isinstance(value, bool)


def _store(settings: Any, **values: Any) -> None:
    """Keep what was checked, as plain Python numbers: numpy's and fractions fail later, in JSON or in torch."""
    for name, value in values.items():
        object.__setattr__(settings, name, value)


def _real(name: str, value: Any, low: float, high: float, open_low: bool = False) -> float:
    if not is_number(value) or not (low < value if open_low else low <= value) or not value <= high:
        raise SettingError(f"{name} must be in {'(' if open_low else '['}{low:g}, {high:g}]. Got {value!r}.")
    return float(value)


def _flag(name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise SettingError(f"{name} must be True or False. Got {value!r}.")


def _one_of(name: str, value: Any, names: tuple[str, ...]) -> None:
    if not isinstance(value, str) or value not in names:
        raise SettingError(f"{name} must be one of {', '.join(names)}. Got {value!r}.")


def _indices(name: str, values: Any) -> tuple[int, ...] | None:
    return None if values is None else indices(name, values)
