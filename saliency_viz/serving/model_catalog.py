"""Which models a visitor may choose, how large each is, and whether it would fit: the rows of the chooser.

Ignores loading. Nothing is asked of the hub: sizes come from a config on this machine, else from the published ones,
else from the number of weights alone, and then say "about".
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..errors import ModelError
from .model_key import QUANTIZATIONS, ModelKey
from .model_speed import seconds_a_token
from .whole import import_whole

PROMPT, CAPTION = 1024, 128  # tokens a row's estimate is for: a picture with its prompt, and a caption
GROUPS = {"idefics3": "SmolVLM, Idefics3", "smolvlm": "SmolVLM2", "internvl": "InternVL3, 3.5"}  # of the list
PATIENCE, MOST_BILLIONS = 0.5, 9.0  # seconds a token, and weights, of a model to recommend
STORED = 2  # bytes a weight on the hub; some checkpoints are stored in float32, in twice that
PACKAGES = {"4bit": "bitsandbytes", "8bit": "bitsandbytes", "adapter": "peft"}


@dataclass(frozen=True)
class Rules:
    """What visitors may choose. named: the models of --model, the first is loaded at start. table: offer the known
    checkpoints too. free: any other name, and any adapter. adapter: of --adapter, always offered."""

    named: tuple[str, ...] = ("demo",)
    table: bool = False
    free: bool = False
    adapter: str | None = None

    def names(self) -> tuple[str, ...]:
        """Every name that may be chosen, the named ones first."""
        if not self.table:
            return self.named
        import_whole()
        from ..models.loading.checkpoints import known_checkpoints

        return tuple(dict.fromkeys((*self.named, *known_checkpoints())))

    def check(self, key: str) -> ModelKey:
        """The model of a key. Raises ModelError when it is not offered here."""
        wanted = ModelKey.read(key)
        if not wanted.name or not (self.free or wanted.name in self.names()):
            offered = ", ".join(self.named) + (" or a model of the list" if self.table else "")
            raise ModelError(
                f"This server does not offer the model {wanted.name!r}. Expected one of {offered}. "
                "Start it with --model or --allow-any-model for others."
            )
        if wanted.adapter is not None and not (self.free or wanted.adapter == self.adapter):
            raise ModelError(
                f"This server does not offer the adapter {wanted.adapter!r}. Start it with --adapter or "
                "--allow-any-model for others."
            )
        for part in (wanted.quantization, "adapter" if wanted.adapter else None):
            if part is not None and lacking(part) is not None:
                raise ModelError(lacking(part) or "")
        return wanted


def lacking(part: str) -> str | None:
    """What is missing for "4bit", "8bit" or "adapter" here, as a sentence; None when nothing is."""
    package = PACKAGES[part]
    if find_spec(package) is not None:
        return None
    what = "An adapter" if part == "adapter" else f"Weights in {part}"
    return f"{what} needs the package {package} on this server. Run: pip install {package}"


@dataclass(frozen=True)
class Size:
    """Bytes to caption and record with a model, its number of weights, and whether both are only about right."""

    needed: int
    weights: int
    parameters: float
    about: bool


def size_of(name: str, dtype: str, quantization: str | None) -> Size | None:
    """The size of a model by name, None where nothing is known of it."""
    folder = on_this_machine(name)
    return _size_of(name, folder, dtype, quantization)


@functools.lru_cache(maxsize=512)
def _size_of(name: str, folder: Path | None, dtype: str, quantization: str | None) -> Size | None:
    """folder: where the model's config lies now, if anywhere; it may come while this process lives."""
    import_whole()
    from ..models.loading.checkpoints import checkpoint_of
    from ..models.memory.estimate import about

    config = _config(name)
    if config is not None:
        try:
            return _counted(config, dtype, quantization)
        except ModelError:
            pass
    row = checkpoint_of(name)
    if row is None:
        return None
    weights, needed = about(row.billions, dtype, quantization)
    return Size(needed, weights, row.billions, True)


def _counted(config: Any, dtype: str, quantization: str | None) -> Size:
    """Raises ModelError for a config that is no vision-language model."""
    import_whole()
    from ..models.loading.devices import QUANTIZATIONS as SIZES
    from ..models.loading.devices import stored_quantization
    from ..models.memory.estimate import estimate

    stored = stored_quantization(config)
    small = quantization or (stored if stored in SIZES else None)
    found = estimate(config, PROMPT, CAPTION, dtype, small)
    return Size(found.needed, found.weights, found.parameters / 1e9, False)


def looked_up(name: str, revision: str | None) -> Any:
    """The config of any model, from the hub where it is not here (a few kB). Raises ModelError as loading would."""
    import_whole()
    from ..models.loading.checkpoint_io import read_config
    from ..models.loading.hub import find

    found = find(name, revision, lambda loading: None)
    return read_config(found.source, name, found.commit)[0]


def beta_of(key: str, model: Any) -> float:
    """LocoRE's default for a model's family. model: what the key stands for, None where it is not loaded yet."""
    import_whole()
    from ..models.families.generic import FAMILY
    from ..models.families.table import FAMILIES, family_of
    from ..models.loading.checkpoints import checkpoint_of

    if getattr(model, "family", None) is not None:
        return model.family.beta
    name = ModelKey.read(key).name
    config, row = _config(name), checkpoint_of(name)
    if config is not None:
        return (family_of(config.model_type) or FAMILY).beta
    return next((family.beta for family in FAMILIES if row is not None and family.name == row.family), FAMILY.beta)


def _config(name: str) -> Any:
    """The config of a model on this machine, or from its published sizes; None where there is neither."""
    from transformers import AutoConfig

    import_whole()
    from ..models.memory.reference_configs import PUBLISHED
    from ..paths import embedded_model

    folder = embedded_model() if name == "demo" else on_this_machine(name)
    if folder is not None:
        try:
            return AutoConfig.from_pretrained(folder, trust_remote_code=False)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
    return PUBLISHED[name]() if name in PUBLISHED else None


def on_this_machine(name: str) -> Path | None:
    """The directory with a model's config, None where it would have to be downloaded first."""
    from huggingface_hub import try_to_load_from_cache

    import_whole()
    from ..models.loading.checkpoints import checkpoint_of
    from ..models.loading.hub import HUB_ID

    if (Path(name) / "config.json").is_file():
        return Path(name)
    if not HUB_ID.fullmatch(name):
        return None
    row = checkpoint_of(name)
    for revision in dict.fromkeys((row.revision if row else None, None)):
        found = try_to_load_from_cache(name, "config.json", revision=revision)
        if isinstance(found, str):
            return Path(found).parent
    return None


def weights_here(name: str) -> bool:
    """Whether a model's weights are on this machine too, not its config alone."""
    folder = on_this_machine(name)
    return folder is not None and (Path(name).is_dir() or any(folder.glob("*.safetensors")))


def rows(
    rules: Rules,
    quantization: str | None,
    dtype: str,
    room: int | None,
    states: dict[str, str],
    speed: float | None = None,
) -> list[dict[str, Any]]:
    """A row for every offered model (see `row_of`), the demo's weights whole."""
    keys = (ModelKey(name, None if name == "demo" else quantization) for name in rules.names())
    return [row_of(key, dtype, room, states, speed) for key in keys]


def row_of(
    wanted: ModelKey,
    dtype: str,
    room: int | None,
    states: dict[str, str],
    speed: float | None = None,
    config: Any = None,
) -> dict[str, Any]:
    """{key, label, family, parameters, download, needed, share, about, seconds, fits, here, reachable, state}.

    room: bytes that would be free for one more model (None: unknown, everything fits). states: by key. speed: bytes of
    weights the device reads a second. config: of a model of which nothing is known here. seconds: for a token.
    """
    from huggingface_hub import constants

    from ..memory import size_text

    import_whole()
    from ..models.families.table import FAMILIES
    from ..models.loading.checkpoints import checkpoint_of

    titles = {family.name: family.title for family in FAMILIES} | GROUPS
    name, row = wanted.name, checkpoint_of(wanted.name)
    size = size_of(name, dtype, wanted.quantization)
    size = _counted(config, dtype, wanted.quantization) if size is None and config is not None else size
    known = row is not None or config is not None  # else a name of --model: the load will tell
    here = weights_here(name) or not known
    fits = size is None or room is None or size.needed <= room
    return {
        "key": wanted.key,
        "label": ModelKey(name).label,
        "family": titles.get(row.family, "") if row else "",
        "parameters": f"{size.parameters:.2g} B" if size and size.parameters >= 0.01 else "",
        "download": size_text(STORED * 1e9 * size.parameters) if size and not here else "",
        "needed": size_text(size.needed) if size else "",
        "share": None if size is None or not room else min(1.0, size.needed / room),
        "about": bool(size and size.about),
        "seconds": seconds_a_token(size.weights, speed) if size else None,
        "fits": fits or states.get(wanted.key) == "ready",
        "here": here,
        "reachable": here or not constants.HF_HUB_OFFLINE,
        "state": states.get(wanted.key, "none"),
    }


def refusal(row: dict[str, Any], room: str | None) -> str | None:
    """Why a row's model cannot be had here, as a sentence; None where it can. room: what is free, in words."""
    if not row["fits"]:
        return (
            f"The model {row['label']!r} needs {row['needed']}, {room} free. Choose a smaller one, smaller weights, or "
            "close other programs."
        )
    if not row["reachable"]:
        return f"The model {row['label']!r} is not on this machine, and this server is offline. Choose one that is."
    return None


def for_photographs(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The row of the model one would take here for photographs: of those that fit and write a token in PATIENCE
    seconds, the largest that is here already, else the largest of a few billion weights; None where none can be had."""
    able = [row for row in rows if row["family"] and row["fits"] and row["reachable"] and row["needed"]]
    quick = [row for row in able if row["seconds"] is None or row["seconds"] <= PATIENCE]
    small = [row for row in quick if row["here"] or _billions(row) <= MOST_BILLIONS]
    if not small:
        return min(able, key=_billions, default=None)
    return max(small, key=lambda row: (row["here"], _billions(row)))


def _billions(row: dict[str, Any]) -> float:
    return float(row["parameters"].partition(" ")[0] or 0)


def parts(rules: Rules) -> dict[str, Any]:
    """What else may be chosen: {quantizations: [{name, lacking}], adapter: its name, adapters: any, lacking}."""
    return {
        "quantizations": [{"name": kind, "lacking": lacking(kind)} for kind in QUANTIZATIONS],
        "adapter": rules.adapter,
        "adapters": rules.free or rules.adapter is not None,
        "adapter_lacking": lacking("adapter"),
        "free": rules.free,
    }
