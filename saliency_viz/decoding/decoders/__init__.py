"""The decoders of Table 1 in one engine: second streams whose logits are combined, edits by function, searches."""

from .contract import Context, Decoder, Limits, Mixed, Parts, Setting
from .stream import Follower, without_functions
from .table import DECODERS, check_together, decoder_of, decoder_parts, resolved

__all__ = [
    "DECODERS",
    "Context",
    "Decoder",
    "Follower",
    "Limits",
    "Mixed",
    "Parts",
    "Setting",
    "check_together",
    "decoder_of",
    "decoder_parts",
    "resolved",
    "without_functions",
]
