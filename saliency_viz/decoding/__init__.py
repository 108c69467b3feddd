"""Decoding with observation: plain, SGRS and LocoRE in one loop, replay of a given caption, the single-loss matrix."""

from .heads import HeadRows, LensToken, head_rows, logit_lens
from .loop import Drafted, Withdrawn
from .matrix import token_matrix
from .run import CaptionStream, caption, replay, stream_caption

__all__ = [
    "CaptionStream",
    "Drafted",
    "HeadRows",
    "LensToken",
    "Withdrawn",
    "caption",
    "head_rows",
    "logit_lens",
    "replay",
    "stream_caption",
    "token_matrix",
]
