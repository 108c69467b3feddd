"""Vision-language models: one file per family, the table of families, loading, and what they need in memory."""

from .base import LVLM, Family, Message, Prepared, Request
from .families.table import FAMILIES, family_of
from .loading.checkpoints import known_checkpoints
from .loading.load import load_model
from .memory.estimate import Estimate

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
