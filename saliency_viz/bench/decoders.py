"""What each decoder of Table 1 costs: time per token and peak memory, beside plain decoding.

Ignores what they write. Every run is observed, as on the page, prefills of second streams included.
"""

from __future__ import annotations

from collections.abc import Callable

from ..decoding.decoders import DECODERS, resolved
from ..errors import SettingError
from ..trace import RunSettings
from ..verify.peak_memory import peak_memory
from ..verify.workload import Workload
from .clock import rounds, seconds
from .rows import Row, compared

Tell = Callable[[str], None]
PLAIN = "plain"


def decoder_rows(work: Workload, repeats: int, tell: Tell) -> list[Row]:
    """ms per token, and MiB at the peak of a whole caption over what is held before, of every decoder that can act on
    this model, with the authors' settings."""
    settings = {PLAIN: RunSettings(work.tokens)}
    for row in DECODERS:
        if row.make is None or (row.needs_request and work.prepared.request is None):
            continue
        try:
            wanted = RunSettings(work.tokens, decoding=resolved(row.name))
            work.stream(wanted).close()
        except SettingError:
            continue
        settings[row.name] = wanted

    def timed(wanted: RunSettings) -> Callable[[int], float]:
        def measure(_: int) -> float:
            stream = work.stream(wanted)
            taken = seconds(lambda: list(stream), work.model.device)
            return 1000 * taken / len(stream.trace.steps)

        return measure

    runs = rounds({name: timed(wanted) for name, wanted in settings.items()}, repeats, tell)
    rows = compared(f"decoders, {work.tokens} tokens and the prefill", "ms/token", runs, PLAIN)
    peaks = {}
    for name, wanted in settings.items():
        tell(f"memory of {name}")
        peaks[name] = [peak_memory(lambda wanted=wanted: list(work.stream(wanted)), work.model.device)]
    return rows + compared("decoders, peak memory of a caption", "MiB", peaks, PLAIN)
