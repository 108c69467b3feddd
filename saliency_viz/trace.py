"""The Trace: everything a finished run knows, as plain values and numpy arrays, and its one file on disk.

Ignores how it was computed (torch, models) and how it is drawn (plotly, gradio): it needs neither.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as save_tensors

from .errors import SaliencyVizError, TraceError
from .settings import SGRS, Decoding, Edit, LocoRE, Recording, Sampling
from .trace_checks import check, typed

FORMAT = "saliency_viz.trace"
VERSION = "1"
Verdict = Literal["accepted", "rejected", "untried"]
Judgement = Literal["right", "hallucinated"]
SpanKind = Literal["system", "history", "image", "prompt", "template", "output"]


@dataclass(frozen=True)
class Span:
    """Positions [start, stop) of one part of the sequence; image is the picture an image span shows, else None."""

    kind: SpanKind
    start: int
    stop: int
    image: int | None = None


@dataclass(frozen=True)
class Picture:
    """One picture or video frame: the upload, and which part of it the model saw at which size.

    png: the upload (turned upright, RGB) as PNG bytes. region: (left, top, right, bottom) in the upload's pixels of
    what the model saw; it reaches beyond the picture where the model saw padding. size: (width, height) in pixels at
    which the model saw the region.
    """

    png: bytes
    region: tuple[float, float, float, float]
    size: tuple[int, int]

    @property
    def image(self) -> Image.Image:
        """The upload, RGB. Raises TraceError when its bytes are damaged."""
        try:
            return Image.open(BytesIO(self.png), formats=["PNG"]).convert("RGB")
        except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises on hostile bytes
            raise TraceError("A picture of the trace is damaged: save or download the trace again.") from error

    @property
    def seen(self) -> Image.Image:
        """What the model saw, at the upload's resolution; padding is grey."""
        left, top, right, bottom = self.region
        whole = self.image
        box = (round(left), round(top), max(round(right), round(left) + 1), max(round(bottom), round(top) + 1))
        canvas = Image.new("RGB", (box[2] - box[0], box[3] - box[1]), (127, 127, 127))
        canvas.paste(whole, (-box[0], -box[1]))
        return canvas


@dataclass(frozen=True)
class Candidate:
    """A token that could have been taken at a step. probability: after temperature, and after the run's decoder.
    saliency: S, None if not scored. draw: place in the order of drawing (0 first), None where nothing was drawn.
    plain and other, where a decoder is on: the probability without it, and that of its other stream, if it has one."""

    token_id: int
    text: str
    probability: float
    saliency: float | None = None
    verdict: Verdict = "untried"
    draw: int | None = None
    plain: float | None = None
    other: float | None = None


@dataclass(frozen=True)
class Step:
    """One output token x_P. probability: of the taken token under the model (temperature 1). rank: 1 is the most
    probable. entropy: of that distribution, in nats. score: S(x_P), Eq. 6 unless SGRS names a variant; None for the
    first output. threshold: tau, Eq. 7; None without SGRS. history: the scores tau was taken from. candidates: by
    probability. plain: the token that would have been taken here without the run's decoder; None without one."""

    index: int
    position: int
    token_id: int
    text: str
    probability: float
    rank: int
    entropy: float
    score: float | None = None
    threshold: float | None = None
    history: tuple[float, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    fallback: bool = False
    forced: bool = False  # the person chose this token
    plain: Candidate | None = None

    @property
    def rejected(self) -> int:
        """How many candidates SGRS turned down here."""
        return sum(candidate.verdict == "rejected" for candidate in self.candidates)


@dataclass(frozen=True)
class RunSettings:
    """The settings a trace was made with; enough, with model and pictures, to make it again."""

    max_new_tokens: int
    sampling: Sampling = Sampling()
    sgrs: SGRS | None = None
    locore: LocoRE | None = None
    edits: tuple[Edit, ...] = ()
    recording: Recording = Recording()
    lookahead: int | None = None
    forced: tuple[int, ...] = ()  # the output tokens that were given rather than decoded
    decoding: Decoding | None = None


@dataclass(frozen=True)
class ModelInfo:
    """What made the trace. name: what was asked for; family: the table row; layer and head counts of the text model."""

    name: str
    family: str
    layers: int
    heads: int
    dtype: str
    device: str
    revision: str | None = None


@dataclass(frozen=True)
class Mark:
    """What a person (or a demo scene's ground truth) says of one output token."""

    judgement: Judgement
    note: str = ""


@dataclass(frozen=True, eq=False)
class Trace:
    """A finished run (positions are 0-based; keys is prompt plus outputs; a row's keys beyond its reach are 0).

    attention [steps, layers, keys] float16: mean over heads of the edited post-softmax attention of the row that
    predicts the step's token. saliency [steps, layers, keys] float16: Eq. 4 of that row for the taken token, summed
    over heads and divided by the row's l2 norm. saliency_norm [steps, layers] float32: that norm, so that
    raw row = saliency * norm. boxes [image tokens, 4] float32: (left, top, right, bottom) in pixels of the picture at
    the size the model saw, in the order of the image positions; box_images: which picture; box_scales: 0 for tiles,
    1 for a thumbnail of the whole; a token that shows no pixels (a row separator) has an empty box.
    """

    model: ModelInfo
    settings: RunSettings
    prompt: str
    prompt_ids: tuple[int, ...]
    prompt_texts: tuple[str, ...]
    steps: tuple[Step, ...]
    spans: tuple[Span, ...]
    target_layers: tuple[int, ...]
    pictures: tuple[Picture, ...]
    boxes: np.ndarray
    box_images: np.ndarray
    box_scales: np.ndarray
    attention: np.ndarray
    saliency: np.ndarray
    saliency_norm: np.ndarray
    ended: str = "end"  # "end" (stop token), "length", "cancelled", "time", "given"
    seconds: Mapping[str, float] = field(default_factory=dict)  # prefill, decode, observe
    versions: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[int, Mark] = field(default_factory=dict)  # by step index
    notes: str = ""
    title: str = ""
    system: str | None = None
    history: tuple[tuple[str, str], ...] = ()  # (role, text) of the turns before
    fps: float | None = None  # of a video, whose frames the pictures are
    times: tuple[float, ...] = ()  # of a video: the second at which each frame is shown
    frames_per_token: int = 1  # a video's token shows this many frames in turn and is counted for the first of them

    def __post_init__(self) -> None:
        check(self)

    @property
    def output_ids(self) -> tuple[int, ...]:
        """Token ids written by the model, in order."""
        return tuple(step.token_id for step in self.steps)

    @property
    def token_ids(self) -> tuple[int, ...]:
        """Id of every position, prompt then outputs."""
        return self.prompt_ids + self.output_ids

    @property
    def text(self) -> str:
        """The caption."""
        return "".join(step.text for step in self.steps)

    @property
    def first_output(self) -> int:
        """P0: the position of the first output token."""
        return len(self.prompt_ids)

    @property
    def token_texts(self) -> tuple[str, ...]:
        """Text of every position, prompt then outputs."""
        return self.prompt_texts + tuple(step.text for step in self.steps)

    def positions(self, kind: SpanKind) -> np.ndarray:
        """All positions of one kind, ascending, int64."""
        ranges = [np.arange(span.start, span.stop) for span in self.spans if span.kind == kind]
        return np.concatenate(ranges) if ranges else np.zeros(0, np.int64)

    @property
    def picture_groups(self) -> tuple[tuple[int, ...], ...]:
        """Pictures that share their image tokens, by their indices: one each, but for videos whose tokens show more."""
        count, size = len(self.pictures), self.frames_per_token
        return tuple(tuple(range(first, min(first + size, count))) for first in range(0, count, size))

    def raw_saliency(self) -> np.ndarray:
        """Eq. 4 summed over heads, unnormalised, float32 [steps, layers, keys]: comparable between tokens."""
        return self.saliency.astype(np.float32) * self.saliency_norm[:, :, None]

    def gain(self, step: int) -> np.ndarray:
        """The factor LocoRE put on each key in the row that predicts this step's token, float32 [keys] (Eq. 8)."""
        gain = np.ones(self.attention.shape[2], np.float32)
        row = self.steps[step].position - 1
        if self.settings.locore is not None:
            near = np.arange(max(self.first_output, row - self.settings.locore.window), max(row, self.first_output))
            gain[near] += self.settings.locore.beta
        return gain

    def __repr__(self) -> str:
        """One line; the arrays would fill a screen."""
        steps, layers, _ = self.attention.shape
        words = self.text.strip()
        return f"Trace({self.model.name!r}, {steps} tokens, {layers} layers: {words[:60] + '…' * (len(words) > 60)!r})"

    def _repr_html_(self) -> str:
        """The interactive view in a notebook. Figures stand above this file, so the package's face is asked."""
        import saliency_viz

        return saliency_viz.view(self)._repr_html_()

    def save(self, path: str | Path) -> Path:
        """Write one file (safetensors with a JSON header; no pickle). Returns the path."""
        path = Path(path)
        path.write_bytes(self.to_bytes())
        return path

    def to_bytes(self) -> bytes:
        """What `save` writes."""
        arrays = {name: np.ascontiguousarray(getattr(self, name)) for name in ARRAYS}
        for index, picture in enumerate(self.pictures):
            arrays[f"picture.{index}"] = np.frombuffer(picture.png, np.uint8)
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in (*ARRAYS, "pictures", "model")}
        header = {name: _plain(value) for name, value in plain.items()}
        header["model"] = asdict(self.model)
        header["pictures"] = [{"region": picture.region, "size": picture.size} for picture in self.pictures]
        return save_tensors(arrays, {"format": FORMAT, "version": VERSION, "trace": json.dumps(header)})

    @staticmethod
    def load(path: str | Path) -> Trace:
        """Read a saved trace. Raises TraceError with a sentence when it is missing, damaged or of another version."""
        try:
            with safe_open(str(path), framework="numpy") as file:
                metadata = file.metadata() or {}
                if metadata.get("format") != FORMAT:
                    raise TraceError(
                        f"{Path(path).name} is not a saliency_viz trace. Choose a file saved by this tool."
                    )
                if metadata.get("version") != VERSION:
                    raise TraceError(
                        f"{Path(path).name} has trace version {metadata.get('version')}; this program reads version "
                        f"{VERSION}. Open it with the version that wrote it."
                    )
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
            return _from_header(json.loads(metadata["trace"]), arrays)
        except FileNotFoundError as error:
            raise TraceError(f"There is no file {path}. Check the path.") from error
        except SaliencyVizError as error:
            raise error if isinstance(error, TraceError) else TraceError(f"{Path(path).name}: {error}") from error
        except FAULTS as error:
            raise TraceError(
                f"{Path(path).name} could not be read as a trace ({type(error).__name__}). It may be damaged or "
                "incomplete: save or download it again."
            ) from error


ARRAYS = ("boxes", "box_images", "box_scales", "attention", "saliency", "saliency_norm")
FAULTS = (  # what reading hostile bytes can raise
    *(SafetensorError, OSError, KeyError, TypeError, ValueError, AttributeError),
    *(MemoryError, OverflowError, RecursionError),
)


def _plain(value: Any) -> Any:
    """Dataclasses, mappings and tuples as JSON values."""
    if hasattr(value, "__dataclass_fields__"):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _from_header(header: Any, arrays: Mapping[str, np.ndarray]) -> Trace:
    """The header's values, each of the kind its field names, with the arrays."""
    if not isinstance(header, dict) or not isinstance(header.get("pictures"), list):
        raise TraceError(
            "The header must hold a trace and its pictures. Got something else. Save or download it again."
        )
    pictures = [
        {**entry, "png": arrays[f"picture.{index}"].tobytes()} for index, entry in enumerate(header["pictures"])
    ]
    header = {**header, "settings": _as_they_were(header.get("settings"))}
    return typed(Trace, {**header, "pictures": pictures, **{name: arrays[name] for name in ARRAYS}}, "trace")


def _as_they_were(settings: Any) -> Any:
    """Settings of a file written before SGRS had a choice of history: then tau came from the last W accepted scores."""
    sgrs = settings.get("sgrs") if isinstance(settings, dict) else None
    if not isinstance(sgrs, dict) or "history" in sgrs:
        return settings
    return {**settings, "sgrs": {**sgrs, "history": "accepted"}}
