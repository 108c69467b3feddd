"""Attention beside gradient saliency for captions of vision-language models, token by token and layer by layer."""

from .errors import SaliencyVizError
from .settings import SGRS, Edit, LocoRE, Recording, Sampling
from .trace import Trace

__version__ = "0.1.0"
__all__ = ["SGRS", "Edit", "LocoRE", "Recording", "SaliencyVizError", "Sampling", "Trace"]
