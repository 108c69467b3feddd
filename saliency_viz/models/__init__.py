"""Vision-language models: one file per family, the table of families, loading, and what they need in memory."""

from .base import LVLM, Family, Message, Prepared, Request
from .estimate import Estimate
from .known import known_checkpoints
from .loading import load_model
from .table import FAMILIES, family_of

__all__ = [
    "FAMILIES",
    "LVLM",
    "Estimate",
    "Family",
    "Message",
    "Prepared",
    "Request",
    "family_of",
    "known_checkpoints",
    "load_model",
]
