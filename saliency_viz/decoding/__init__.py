"""Decoding with observation: plain, SGRS and LocoRE in one loop; replay; and what a trace leaves out, step by step."""

from .caption_stream import CaptionStream
from .faithfulness import Faithfulness, Measuring, faithfulness, stream_faithfulness
from .generate import generate
from .heads import HeadRows, head_rows
from .knock_out import KnockOut, knock_out
from .logit_lens import LensLayer, LensToken, logit_lens
from .loop import Drafted, Searching, Withdrawn
from .matrix import token_matrix
from .run import caption, replay, stream_caption

__all__ = [
    "CaptionStream",
    "Drafted",
    "Faithfulness",
    "HeadRows",
    "KnockOut",
    "LensLayer",
    "LensToken",
    "Measuring",
    "Searching",
    "Withdrawn",
    "caption",
    "faithfulness",
    "generate",
    "head_rows",
    "knock_out",
    "logit_lens",
    "replay",
    "stream_caption",
    "stream_faithfulness",
    "token_matrix",
]
