"""Decoders of Table 1 that cannot be had here, each with the reason.

Ignores everything else: a row that says why not is part of the table.
"""

from __future__ import annotations

from .contract import Decoder


def _absent(name: str, title: str, paper: str, why: str) -> Decoder:
    return Decoder(name=name, title=title, paper=paper, formula="", passes="", absent=why)


ABSENT: tuple[Decoder, ...] = (
    _absent(
        "halc",
        "HALC",
        "Chen et al., ICML 2024, arXiv 2403.00425",
        "it needs an object detector and BLIP beside the model, to crop views and to rank beams. Use vcd or opera.",
    ),
    _absent(
        "cca",
        "CCA-LLaVA",
        "Xing et al., NeurIPS 2024, arXiv 2410.15926",
        "it is a model trained with other positions for the picture, not a way to decode. Load its checkpoint instead.",
    ),
    _absent(
        "reverse",
        "Reverse-VLM",
        "Wu et al., NeurIPS 2025, arXiv 2504.13169",
        "it needs a model trained to write confidence tokens. Load its checkpoint instead.",
    ),
    _absent(
        "causal",
        "CausalLLM",
        "Zhou et al., ICLR 2025, arXiv 2410.04780",
        "its counterfactual attention is also put into the vision tower, which is not recorded here.",
    ),
    _absent(
        "memvr",
        "MemVR",
        "Zou et al., ICML 2025, arXiv 2410.03577",
        "it feeds the picture's features into a middle layer's feed-forward network, of which this program edits "
        "nothing: it edits attention only.",
    ),
    _absent(
        "tame",
        "TAME",
        "Tang et al., ICLR 2025",
        "its change to the eigenspectrum of the query-key product is not settled by the paper to the point that a "
        "run could be repeated, and no code of it is public.",
    ),
)
