"""The table of decoders: one row each. A new decoder is one file and one row here.

Ignores runs: it finds rows and checks settings.
"""

from __future__ import annotations

from ...errors import SettingError
from ...models.base import LVLM, Prepared
from ...settings import SGRS, Decoding, Sampling
from ...trace import RunSettings
from . import agla, beam, dola, eah, farsight, icd, only, opera, pai, ritual, sid, var, vcd
from .absent import ABSENT
from .contract import Context, Decoder, Parts

DECODERS: tuple[Decoder, ...] = (
    vcd.DECODER,
    icd.DECODER,
    ritual.DECODER,
    dola.DECODER,
    pai.DECODER,
    sid.DECODER,
    only.DECODER,
    agla.DECODER,
    var.DECODER,
    eah.DECODER,
    farsight.DECODER,
    beam.DECODER,
    opera.DECODER,
    *ABSENT,
)


def decoder_of(name: str) -> Decoder:
    """The row of a name. Raises SettingError for one that is not there, or that cannot be had and why."""
    found = next((row for row in DECODERS if row.name == name), None)
    if found is None:
        names = ", ".join(row.name for row in DECODERS if row.make is not None)
        raise SettingError(f"decoding must be one of {names}. Got {name!r}.")
    if found.make is None:
        raise SettingError(f"{found.title} cannot be had here: {found.absent}")
    return found


def resolved(decoding: Decoding | str | None) -> Decoding | None:
    """The same with every setting written out, whole numbers rounded to themselves. Raises SettingError."""
    return None if decoding is None else _filled_in(decoding)


def _filled_in(decoding: Decoding | str) -> Decoding:
    if isinstance(decoding, str):
        decoding = Decoding(decoding)
    if not isinstance(decoding, Decoding):
        raise SettingError(
            f"decoding must be a saliency_viz.Decoding, or a decoder's name. Got {type(decoding).__name__}."
        )
    row = decoder_of(decoding.name)
    known = {setting.name: setting for setting in row.settings}
    if unknown := sorted(set(decoding.values) - set(known)):
        raise SettingError(f"{row.title} has the settings {', '.join(known) or 'none'}. Got {unknown[0]!r}.")
    values = {**row.defaults, **decoding.values}
    for name, setting in known.items():
        value = values[name]
        if not setting.low <= value <= setting.high or (setting.whole and value != int(value)):
            kind = "a whole number in" if setting.whole else "in"
            raise SettingError(
                f"{row.title}'s {name} must be {kind} [{setting.low:g}, {setting.high:g}]. Got {value:g}."
            )
    return Decoding(row.name, values)


def check_together(decoding: Decoding, sampling: Sampling, sgrs: SGRS | None) -> None:
    """Refuse what does not go together with a decoder, with a sentence. Raises SettingError."""
    row = decoder_of(decoding.name)
    if sgrs is not None and row.without_sgrs:
        raise SettingError(f"{row.title} does not go with SGRS: {row.without_sgrs} Turn one of them off.")
    if row.searches and sampling.temperature:
        raise SettingError(
            f"{row.title} looks for the most probable caption and draws nothing. Got temperature "
            f"{sampling.temperature:g}: set it to 0."
        )


def decoder_parts(model: LVLM, prepared: Prepared, settings: RunSettings) -> Parts:
    """What the run's decoder puts into it; nothing without one. Raises SettingError where it cannot act here."""
    decoding = settings.decoding
    if decoding is None:
        return Parts()
    row = decoder_of(decoding.name)
    if row.needs_request and prepared.request is None:
        raise SettingError(
            f"{row.title} prepares the picture or the question anew, which takes the model's processor. Got tensors "
            "only. Use caption, or a decoder that works on tensors, such as vcd or pai."
        )
    assert row.make is not None  # decoder_of refuses those that cannot be had
    values = _filled_in(decoding).values
    return row.make(Context(model, prepared, values, settings.sampling.seed, settings.locore, settings.edits))
