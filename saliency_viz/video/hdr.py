"""A picture of high dynamic range (ITU-R BT.2100: PQ and HLG) as sRGB.

The reference white of 203 cd/m2 (BT.2408) becomes white, and what is brighter is cut off there. Ignores a film's
metadata about its mastering. FFmpeg's own conversion gives the same, after three seconds for a table of its own.
"""

from __future__ import annotations

import numpy as np

PQ, HLG = 16, 18  # transfer characteristics, by the numbers of ITU-T H.273
WHITE = 203.0  # cd/m2
PEAK, GAMMA = 1000.0, 1.2  # of the display that HLG is meant for (BT.2100, table 5)
LUMA = np.array([0.2627, 0.6780, 0.0593], np.float32)

# Linear light of other primaries (H.273) in that of BT.709: BT.2020 (9; BT.2087), Display P3 (12).
TO_BT709 = {
    9: ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187)),
    12: ((1.2249, -0.2247, 0.0), (-0.0420, 1.0419, 0.0), (-0.0197, -0.0786, 1.0979)),
}


def srgb(signal: np.ndarray, transfer: int, primaries: int) -> np.ndarray:
    """uint8 RGB of a non-linear signal [height, width, 3], uint16 with 65535 for 1. transfer: PQ or HLG. primaries: by
    H.273; unknown ones count as BT.2020's."""
    code = np.arange(65536) / 65535
    light = (_pq(code) if transfer == PQ else _hlg(code)).astype(np.float32)[signal]
    if transfer == HLG:
        light *= PEAK * (light @ LUMA)[..., None] ** np.float32(GAMMA - 1)
    if primaries != 1:
        light = light @ np.array(TO_BT709.get(primaries, TO_BT709[9]), np.float32).T
    linear = (light / WHITE).clip(0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(255 * encoded).astype(np.uint8)


def _pq(signal: np.ndarray) -> np.ndarray:
    """cd/m2 on the display (BT.2100, table 4)."""
    power = signal ** (1 / 78.84375)
    return 10_000 * ((power - 0.8359375).clip(0) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125)


def _hlg(signal: np.ndarray) -> np.ndarray:
    """Share of the brightest light of the scene (BT.2100, table 5)."""
    return np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12)
