"""Vision-language models: one file per family, the table of families, and loading."""

from .base import LVLM, Family, Message, Prepared, Request
from .loading import load_model
from .table import FAMILIES, family_of

__all__ = ["FAMILIES", "LVLM", "Family", "Message", "Prepared", "Request", "family_of", "load_model"]
