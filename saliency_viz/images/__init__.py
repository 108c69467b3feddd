"""Takes a picture from wherever it comes and gives it back upright, RGB and of a bearable size, or says what is wrong.

Ignores models (how one crops or resizes a picture is its processor's business) and colour profiles.
"""

from .files import read_file
from .kinds import formats
from .limits import MAX_BYTES, MAX_IMAGES, MAX_PIXELS, MAX_RATIO, MIN_SIDE, WORKING_SIDE, check_size
from .loading import load_image, load_images, load_size

__all__ = [
    "MAX_BYTES",
    "MAX_IMAGES",
    "MAX_PIXELS",
    "MAX_RATIO",
    "MIN_SIDE",
    "WORKING_SIDE",
    "check_size",
    "formats",
    "load_image",
    "load_images",
    "load_size",
    "read_file",
]
