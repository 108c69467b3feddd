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
from .whole import import_whole

PROMPT, CAPTION = 1024, 128  # tokens a row's estimate is for: a picture with its prompt, and a caption
GROUPS = {"idefics3": "SmolVLM, Idefics3", "smolvlm": "SmolVLM2", "internvl": "InternVL3, 3.5"}  # of the list
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


@functools.lru_cache(maxsize=512)
def size_of(name: str, dtype: str, quantization: str | None) -> Size | None:
    """The size of a model by name, None where nothing is known of it."""
    import_whole()
    from ..models.loading.checkpoints import checkpoint_of
    from ..models.memory.estimate import about, estimate

    config = _config(name)
    if config is not None:
        try:
            found = estimate(config, PROMPT, CAPTION, dtype, quantization)
            return Size(found.needed, found.weights, found.parameters / 1e9, False)
        except ModelError:
            pass
    row = checkpoint_of(name)
    if row is None:
        return None
    weights, needed = about(row.billions, dtype, quantization)
    return Size(needed, weights, row.billions, True)


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


def rows(rules: Rules, quantization: str | None, dtype: str, room: int | None, states: dict[str, str]) -> list[dict]:
    """A row for every offered model: {key, name, label, family, parameters, needed, about, fits, here, state}.

    room: bytes that would be free for one more model (None: unknown, everything fits). states: by key.
    """
    from huggingface_hub import constants

    from ..memory import size_text

    import_whole()
    from ..models.families.table import FAMILIES
    from ..models.loading.checkpoints import checkpoint_of

    titles = {family.name: family.title for family in FAMILIES} | GROUPS
    made = []
    for name in rules.names():
        small = None if name == "demo" else quantization
        key = ModelKey(name, small).key
        size, row = size_of(name, dtype, small), checkpoint_of(name)
        here = row is None or on_this_machine(name) is not None  # a name of --model: the load will tell
        fits = size is None or room is None or size.needed <= room
        made.append(
            {
                "key": key,
                "label": ModelKey(name).label,
                "family": titles.get(row.family, "") if row else "",
                "parameters": f"{size.parameters:.2g} B" if size and size.parameters >= 0.01 else "",
                "needed": size_text(size.needed) if size else "",
                "share": None if size is None or not room else min(1.0, size.needed / room),
                "about": bool(size and size.about),
                "fits": fits or states.get(key) == "ready",
                "here": here,
                "reachable": here or not constants.HF_HUB_OFFLINE,
                "state": states.get(key, "none"),
            }
        )
    return made


def parts(rules: Rules) -> dict[str, Any]:
    """What else may be chosen: {quantizations: [{name, lacking}], adapter: its name, adapters: any, lacking}."""
    return {
        "quantizations": [{"name": kind, "lacking": lacking(kind)} for kind in QUANTIZATIONS],
        "adapter": rules.adapter,
        "adapters": rules.free or rules.adapter is not None,
        "adapter_lacking": lacking("adapter"),
        "free": rules.free,
    }
