"""MME: two questions an image, one to be answered yes and one no, in fourteen subtasks (Fu et al. 2023).

Reads the official tool's folder: SUBTASK.txt with lines image, question, truth, answer between tabs. A subtask's score
is 100 times the share of right answers plus 100 times the share of images with both right, 200 at most.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..errors import DataError
from .intervals import Statistic, share
from .yes_no import mme as parse

PERCEPTION = (
    *("existence", "count", "position", "color", "posters"),
    *("celebrity", "scene", "landmark", "artwork", "OCR"),
)
COGNITION = ("commonsense_reasoning", "numerical_calculation", "text_translation", "code_reasoning")
PAPER = ("existence", "count", "position", "color")  # the columns of the paper's Table 1
COLUMNS = ("questions", "right", "images", "both")

MEASURES: dict[str, Statistic] = {
    "accuracy": lambda sums: 100 * share(sums[..., 1], sums[..., 0]),
    "accuracy_plus": lambda sums: 100 * share(sums[..., 3], sums[..., 2]),
    "score": lambda sums: 100 * share(sums[..., 1], sums[..., 0]) + 100 * share(sums[..., 3], sums[..., 2]),
}


def read_folder(folder: str | Path) -> dict[str, np.ndarray]:
    """By subtask, in the official order: counts float64 [images, columns]. Raises DataError."""
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise DataError(f"--results must be a folder of SUBTASK.txt files. Got {folder}. Check the path.")
    known = {name.lower(): name for name in (*PERCEPTION, *COGNITION)}
    files = {path.stem.lower(): path for path in sorted(folder.glob("*.txt"))}
    found = {name: read_subtask(files[key]) for key, name in known.items() if key in files}
    if not found:
        raise DataError(f"{folder} must hold files such as existence.txt. Got none. Choose the folder they are in.")
    return found


def read_subtask(path: str | Path) -> np.ndarray:
    """Counts of one file, float64 [images, columns], an image's two questions on following lines. Raises DataError."""
    lines = [line for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = [line.split("\t") for line in lines]
    for number, cells in enumerate(rows, start=1):
        if len(cells) != 4:
            raise DataError(
                f"Line {number} of {path} must be image, question, truth and answer between tabs. Got {len(cells)} "
                "fields. An answer may hold a tab or a line break: replace it by a space."
            )
    pairs = [rows[place : place + 2] for place in range(0, len(rows), 2)]
    odd = [pair[0][0] for pair in pairs if len(pair) != 2 or pair[0][0] != pair[1][0]]
    if odd:
        raise DataError(f"{path} must have two following lines for each image. Got another number for {odd[0]}.")
    right = np.array([[parse(said) == truth.strip().lower() for _, _, truth, said in pair] for pair in pairs])
    ones = np.ones(len(pairs))
    return np.stack([2 * ones, right.sum(1), ones, right.all(1)], axis=1).astype(float)


def total(subtasks: int) -> Statistic:
    """The sum of scores of sums [..., subtasks * columns]."""
    return lambda sums: MEASURES["score"](sums.reshape(*sums.shape[:-1], subtasks, -1)).sum(-1)
