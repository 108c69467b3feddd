"""How many tokens to draft before looking, from how often SGRS took the candidate drawn first.

Ignores tokens and tensors. It changes what a caption costs, never what it says.
"""

from __future__ import annotations

PLAIN, FIRST = 64, 8  # tokens per observing pass: at most; with SGRS, before anything is known
LENIENT = 0.3  # an alpha up to which first candidates hardly ever fall (the demo model's card: 1.00 accepted)
SIZES = (4, 8, 16, 32)
FADING = 0.95  # an outcome counts so much less with each that follows
SURE = (2.0, 2.02)  # (accepted, judged) before any: rejections are rare or many, and the first few tell
# What things cost in steps of plain decoding, on two cores (docs/log.md): a recorded forward; the backward of its first
# candidate, of all; an observing pass, and each row in it.
RECORDED, ONE, ALL, PASS, ROW = 1.05, 0.65, 1.1, 3.2, 0.12


class Pace:
    """size: tokens to draft before the next observing pass; 0: decode and judge the next token in one recorded forward.

    fixed: the person's lookahead, kept as it is. alpha: SGRS's, None where nothing is judged.
    """

    def __init__(self, fixed: int | None, alpha: float | None) -> None:
        self._accepted, self._judged = SURE
        self._adapts = fixed is None and alpha is not None
        unknown = FIRST if alpha is not None and alpha > LENIENT else SIZES[-1]
        self.size = unknown if self._adapts else fixed or PLAIN

    @property
    def rate(self) -> float:
        """The share of first candidates that are accepted, as far as one knows."""
        return self._accepted / self._judged

    @property
    def all_at_once(self) -> bool:
        """Whether scoring every candidate of a step at once is cheaper than the first alone, and all when it falls."""
        return ONE + (1 - self.rate) * ALL > ALL

    def saw(self, accepted: bool) -> None:
        """Learn from a judged step: whether its first candidate was accepted."""
        self._accepted = FADING * self._accepted + accepted
        self._judged = FADING * self._judged + 1

    def choose(self) -> None:
        """Set the size for what comes next: the cheapest per token that stands, at most twice what stood before, since
        words that follow fall more often than those first ones."""
        if self._adapts:
            most = max(2 * self.size, FIRST)
            self.size = min((size for size in (0, *SIZES) if size <= most), key=lambda size: cost(size, self.rate))


def cost(size: int, rate: float) -> float:
    """Steps of plain decoding for each token that stands, where first candidates are accepted at this rate.

    size 0: each token in a recorded forward, its row again in a later pass of many.
    """
    if size == 0:
        return RECORDED + min(ALL, ONE + (1 - rate) * ALL) + PASS / SIZES[-1] + ROW
    whole = rate**size
    stands = float(size) if rate == 1 else (1 - whole) / (1 - rate)  # with the one that replaces a rejected draft
    return (size + PASS + size * ROW + (1 - whole) * (RECORDED + ALL)) / stands
