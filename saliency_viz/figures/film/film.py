"""A film of a run: the caption word by word, and over the picture what each word took from it. GIF or MP4.

Ignores single figures for paper (paper_image). All frames share one scale, so a colour is the same number from the
first word to the last; several pictures or video frames make a strip with the share of the row each of them got.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil, sqrt
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw

from ...errors import SettingError
from ...trace import Trace
from ...whole_numbers import whole
from ..caption_text import NAMES, judged_words, picture_words, run_words
from ..colors import DIVERGING, JUDGEMENTS, opacity_at, painted, table
from ..labels import label
from ..paper.image import greyed, places_of
from ..paper.style import FAINT, INK, LINE, pair_unit
from ..rows.metrics import KINDS, Kind, Layers, image_map, layer_indices, picture_shares, scales_of
from ..rows.scales import Scale
from ..rows.view import View
from .text_layout import Run, draw_run, length, line_height, lines_of, write

FilmKind = Literal["saliency", "attention", "both"]
Shown = Literal["all", "most"]  # of several pictures: all of them, or each word's most looked-at one
FILM = View(normalization="share", transform="percentile", colors="magma")  # one sharp peak dims no other word
WIDTHS = (240, 3840)
CAPTION_LINES = 5  # a longer caption scrolls
ACCENT, PALE = "#d55e00", "#fde3c8"


@dataclass(frozen=True)
class Panel:
    """One picture of a frame. kind: None for the plain picture. box: (left, top, right, bottom) in the frame."""

    kind: Kind | None
    picture: int
    scale: int
    box: tuple[int, int, int, int]
    title: str = ""

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.box[2] - self.box[0], self.box[3] - self.box[1]


@dataclass(frozen=True, eq=False)
class Stage:
    """What all frames of a film share: where everything stands, and the one scale."""

    trace: Trace
    view: View
    kinds: tuple[Kind, ...]
    scale: Scale
    width: int
    height: int
    text: int  # pixels of the caption's letters
    small: int
    margin: int
    panels: tuple[Panel, ...]
    seen: tuple[Image.Image, ...]  # the picture of each panel, at its size
    titles: tuple[tuple[int, int, str], ...]  # left, top, words
    runs: tuple[Run, ...]
    lines: int
    notes: tuple[Run, ...]  # the run, its layers and the scale, in words
    bottom: int  # of the panels
    shares: dict[Kind, np.ndarray]  # [steps, pictures], where there are several
    most: tuple[int, ...] = ()  # the only picture shown at each step, unless all are


def film(
    trace: Trace,
    kind: FilmKind = "saliency",
    layers: Layers = "target",
    width: int = 640,
    view: View = FILM,
    shown: Shown = "all",
) -> Iterator[Image.Image]:
    """One RGB picture per output token, all of one size (even numbers of pixels), drawn as they are asked for.

    kind: which map, or both beside one another on one scale (unit: share of the row). layers: mean over which.
    width: of the frames in pixels, 240 to 3840; odd widths lose a pixel. shown: of several pictures or frames all, or
    at each word the one most of its saliency (or attention, in a film of that) lies on. Raises SettingError at once
    for a run without image tokens or outputs, and for values outside.
    """
    if shown not in ("all", "most"):
        raise SettingError(f"shown must be all or most. Got {shown!r}.")
    stage = _stage(trace, kind, width, view.at(layers=layers), shown)
    return (_frame(stage, step) for step in range(len(trace.steps)))


def _stage(trace: Trace, kind: FilmKind, width: int, view: View, shown: Shown = "all") -> Stage:
    if kind not in (*KINDS, "both"):
        raise SettingError(f"kind must be one of saliency, attention, both. Got {kind!r}.")
    whole("width", width, *WIDTHS, " of pixels")
    if not trace.steps:
        raise SettingError("This trace has no output tokens, so there is no film. Choose a run with a caption.")
    if view.lock == "token" or view.normalization == "raw":
        raise SettingError('A film has one scale and one unit: choose lock "layer" or "run", and "row" or "share".')
    layer_indices(trace, view.layers)
    width = int(width) // 2 * 2
    text, small, margin = max(12, width // 34), max(10, width // 52), width // 40
    kinds: tuple[Kind, ...] = KINDS if kind == "both" else (kind,)
    places = places_of(trace)
    several = len({picture for picture, _ in places}) > 1
    one_by_one = several and shown == "most"
    if one_by_one:  # room for the tallest of them
        tall = max(
            (picture for picture, _ in places), key=lambda at: trace.pictures[at].size[1] / trace.pictures[at].size[0]
        )
        panels, titles, bottom = _side_by_side(trace, kinds, [(tall, 0)], width, margin, small)
        bottom += line_height(small)
    else:
        arrange = _strips if several else _side_by_side
        panels, titles, bottom = arrange(trace, kinds, places, width, margin, small)
    runs = lines_of([step.text for step in trace.steps], width - 2 * margin, text)
    lines = min(CAPTION_LINES, 1 + max((run.line for run in runs), default=0))
    height = bottom + 2 * line_height(small) + margin // 2 + lines * line_height(text) + margin
    scale = view.scale(trace, kinds, keys="image")
    about = (run_words(trace), view.layer_words(trace), f"scale: {scale.note}")
    notes: list[Run] = []
    for words in about:
        first = notes[-1].line + 1 if notes else 0
        notes += [replace(run, line=run.line + first) for run in lines_of([words], width - 2 * margin, small)]
    height += line_height(text) + (1 + notes[-1].line) * line_height(small) + margin
    shares: dict[Kind, np.ndarray] = {
        one: np.stack(
            [picture_shares(trace, step, one, view.layers, view.normalization) for step in range(len(trace.steps))]
        )
        for one in (kinds if several else ())
    }
    return Stage(
        trace,
        view,
        kinds,
        scale,
        width,
        ceil(height / 2) * 2,
        text,
        small,
        margin,
        tuple(panels),
        tuple(trace.pictures[one.picture].seen.resize(one.size, Image.Resampling.LANCZOS) for one in panels),
        tuple(titles),
        tuple(runs),
        lines,
        tuple(notes),
        bottom,
        shares,
        tuple(int(one) for one in shares[kinds[-1]].argmax(1)) if one_by_one else (),
    )


def _side_by_side(trace, kinds, places, width, margin, small):
    """One picture: beside its map, or its two maps beside one another; a line for each scale it was shown at."""
    columns: tuple[Kind | None, ...] = kinds if len(kinds) > 1 else (None, *kinds)
    cell = (width - 3 * margin) // 2
    panels, titles, top = [], [], margin
    for picture, scale in places:
        w, h = _fit(trace.pictures[picture].size, cell, round(cell * 1.2))
        for column, kind in enumerate(columns):
            left = margin + column * (cell + margin)
            words = "What the model saw" if kind is None else NAMES[kind]
            titles.append((left, top, words + (", thumbnail" if scale else "")))
            box = (left, top + line_height(small), left + w, top + line_height(small) + h)
            panels.append(Panel(kind, picture, scale, box))
        top += line_height(small) + h + margin // 2
    return panels, titles, top


def _strips(trace, kinds, places, width, margin, small):
    """Several pictures or frames: a strip per kind, and under each picture room for its share."""
    shown = dict(reversed(places))  # tiles where there are any, else the thumbnail
    columns = min(len(shown), max(4, ceil(sqrt(2 * len(shown)))))
    gap = margin // 2
    cell = (width - 2 * margin - (columns - 1) * gap) // columns
    sizes = {picture: _fit(trace.pictures[picture].size, cell, round(cell * 1.3)) for picture in shown}
    tall = max(h for _, h in sizes.values())
    panels, titles, top = [], [], margin
    for kind in kinds:
        titles.append((margin, top, f"{NAMES[kind]}, and the share of the row each picture got"))
        top += line_height(small)
        for place, picture in enumerate(sorted(shown)):
            down, across = divmod(place, columns)
            left, up = margin + across * (cell + gap), top + down * (tall + 2 * line_height(small))
            w, h = sizes[picture]
            box = (left, up, left + w, up + h)
            panels.append(Panel(kind, picture, shown[picture], box, picture_words(trace, picture)))
        top += ceil(len(shown) / columns) * (tall + 2 * line_height(small))
    return panels, titles, top


def _fit(size: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    """The largest (width, height) of these proportions that fits; at least one pixel each."""
    by = min(width / size[0], height / size[1])
    return max(1, round(size[0] * by)), max(1, round(size[1] * by))


def _frame(stage: Stage, step: int) -> Image.Image:
    """One token's frame, top to bottom: pictures, colour bar, caption so far, numbers, run."""
    frame = Image.new("RGB", (stage.width, stage.height), "white")
    draw = ImageDraw.Draw(frame)
    for left, top, words in stage.titles:
        write(draw, (left, top), words, stage.small, FAINT, stage.width - stage.margin - left)
    panels = zip(stage.panels, stage.seen, strict=True)
    if stage.most:
        panels = [_turned_to(stage, panel, stage.most[step]) for panel in stage.panels]
        _draw_most(draw, stage, step)
    for panel, picture in panels:
        frame.paste(_painted(stage, panel, picture, step), panel.box[:2])
        if stage.shares and panel.kind is not None and not stage.most:
            _draw_share(draw, stage, panel, step)
    top = _draw_bar(frame, draw, stage)
    top = _draw_caption(draw, stage, step, top)
    _draw_numbers(draw, stage, step, top)
    return frame


def _turned_to(stage: Stage, panel: Panel, picture: int) -> tuple[Panel, Image.Image]:
    """A panel with another picture in its place, fitted into its box, and that picture."""
    one, (left, top, _, _) = stage.trace.pictures[picture], panel.box
    w, h = _fit(one.size, *panel.size)
    turned = replace(
        panel, picture=picture, scale=scales_of(stage.trace, picture)[0], box=(left, top, left + w, top + h)
    )
    return turned, one.seen.resize((w, h), Image.Resampling.LANCZOS)


def _draw_most(draw: ImageDraw.ImageDraw, stage: Stage, step: int) -> None:
    """Under the panels: which picture they show, and the share of the row it got."""
    picture, small = stage.most[step], stage.small
    parts = [f"{shares[step, picture]:.1%} of {NAMES[kind].lower()}" for kind, shares in stage.shares.items()]
    words = f"most looked at: {picture_words(stage.trace, picture)}, {', '.join(parts)}"
    top = stage.bottom - line_height(small) - stage.margin // 2
    write(draw, (stage.margin, top), words, small, INK, stage.width - 2 * stage.margin)


def _painted(stage: Stage, panel: Panel, picture: Image.Image, step: int) -> Image.Image:
    """A picture at the panel's size, under its map where it has one; pixels no token shows keep the picture."""
    if panel.kind is None:
        return picture
    view = stage.view
    found = image_map(stage.trace, step, panel.kind, view.layers, view.normalization, panel.picture, panel.scale)
    grow = np.array(panel.size) / found.size
    values = replace(found, size=panel.size, boxes=found.boxes * np.tile(grow, 2)).grid()
    under = np.repeat(greyed(picture)[..., None], 3, axis=2)
    name = DIVERGING if stage.scale.signed else view.colors
    places = stage.scale.normalized(values)
    alpha = opacity_at(np.nan_to_num(places), signed=stage.scale.signed)[..., None]
    over = under * (1 - alpha) + painted(places, name) * alpha
    pixels = np.where(np.isnan(values)[..., None], under, over)
    return Image.fromarray(np.round(pixels).astype(np.uint8))


def _draw_share(draw: ImageDraw.ImageDraw, stage: Stage, panel: Panel, step: int) -> None:
    """Bar and number of one picture's share under it; bars end at the film's largest share, the largest is framed."""
    assert panel.kind is not None  # a plain picture has no share
    shares = stage.shares[panel.kind]
    share, top = shares[step, panel.picture], shares.max()
    left, _, right, bottom = panel.box
    first = share > 0 and share == shares[step].max()
    if first:
        draw.rectangle((left - 2, panel.box[1] - 2, right + 1, bottom + 1), outline=ACCENT, width=2)
    bar = bottom + 4, bottom + 4 + max(3, stage.small // 3)
    draw.rectangle((left, bar[0], right - 1, bar[1]), fill="#ececec")
    if share > 0:
        draw.rectangle((left, bar[0], left + (right - left - 1) * share / top, bar[1]), fill=ACCENT if first else FAINT)
    number = f"{share:.1%}"
    room = right - left - length(number, stage.small)
    write(draw, (right - length(number, stage.small), bar[1] + 2), number, stage.small, INK)
    if room > length(panel.title, stage.small) + 4:
        write(draw, (left, bar[1] + 2), panel.title, stage.small, FAINT)


def _draw_bar(frame: Image.Image, draw: ImageDraw.ImageDraw, stage: Stage) -> int:
    """The colour bar with its ends and unit; returns where the next part starts."""
    left, top, small = stage.margin, stage.bottom + stage.margin // 3, stage.small
    name = DIVERGING if stage.scale.signed else stage.view.colors
    low, high = f"{stage.scale.low:.3g}", f"{stage.scale.high:.3g}" + (" or more" if stage.scale.beyond else "")
    left += round(write(draw, (left, top), low, small, INK)) + 6
    wide = stage.width // 4
    places = np.linspace(0, 1, wide)
    alpha = opacity_at(places, signed=stage.scale.signed)[:, None]  # as pale as the maps are over a picture
    line = 255 * (1 - alpha) + table(name)[(places * 255).round().astype(int)] * alpha  # 0 is the paper itself
    strip = np.repeat(line[None], max(8, small - 2), axis=0)
    frame.paste(Image.fromarray(np.round(strip).astype(np.uint8)), (left, top + 2))
    draw.rectangle((left - 1, top + 1, left + wide, top + 2 + len(strip)), outline=FAINT)
    left += wide + 6
    left += round(write(draw, (left, top), high, small, INK)) + small
    first, *second = stage.kinds
    unit = pair_unit(stage.view) if second else stage.view.unit(first)
    write(draw, (left, top), unit, small, FAINT, stage.width - stage.margin - left)
    return stage.bottom + 2 * line_height(small) + stage.margin // 2


def _draw_caption(draw: ImageDraw.ImageDraw, stage: Stage, step: int, top: int) -> int:
    """The caption up to this token, the token on a pale ground; the last lines where it is longer than the room."""
    tall = line_height(stage.text)
    said = [run for run in stage.runs if run.token <= step]
    hidden = max(0, (said[-1].line if said else 0) - stage.lines + 1)
    for run in said:
        if run.line < hidden:
            continue
        at = (stage.margin, top + (run.line - hidden) * tall)
        if run.token == step:
            left, right = at[0] + run.left, at[0] + run.left + run.width
            draw.rounded_rectangle((left - 3, at[1] - 3, right + 2, at[1] + tall - 5), 4, fill=PALE, outline=ACCENT)
    for run in said:
        if run.line >= hidden:
            at = (stage.margin, top + (run.line - hidden) * tall)
            mark = stage.trace.marks.get(run.token)
            draw_run(draw, at, run, stage.text, JUDGEMENTS[mark.judgement] if mark else INK)
    return top + stage.lines * tall + stage.margin // 2


def _draw_numbers(draw: ImageDraw.ImageDraw, stage: Stage, step: int, top: int) -> None:
    """A line of progress, then the token with score and tau, then the run."""
    trace, one, room = stage.trace, stage.trace.steps[step], stage.width - 2 * stage.margin
    draw.rectangle((stage.margin, top, stage.margin + room, top + 2), fill=LINE)
    draw.rectangle((stage.margin, top, stage.margin + room * (step + 1) / len(trace.steps), top + 2), fill=ACCENT)
    top += stage.margin // 2
    score = "no score (first output)" if one.score is None else f"score {one.score:.4f}"
    tau = "" if one.threshold is None else f"   τ {one.threshold:.4f}"
    turned = f"   {one.rejected} turned down" if one.rejected else ""
    words = f"{step + 1}/{len(trace.steps)}   “{label(one.text)}”{judged_words(trace, step)}   {score}{tau}{turned}"
    write(draw, (stage.margin, top), words, stage.small + 2, INK, room)
    top += line_height(stage.small + 2)
    for run in stage.notes:
        draw_run(draw, (stage.margin, top + run.line * line_height(stage.small)), run, stage.small, FAINT)
