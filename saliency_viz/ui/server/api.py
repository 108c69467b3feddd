"""What programs may call: three named endpoints with plain values in and out. Ignores the page.

A caption comes with a run id; `/explain_token` and `/export` take it for as long as this server keeps the run.
Refusals become gr.Error, whose sentence reaches the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

import gradio as gr

from ...errors import LimitError, SettingError
from ...figures.caption_text import metadata
from ...figures.rows import metrics
from ...figures.rows.tables import key_table
from ...figures.rows.view import View
from ...serving.model_catalog import beta_of
from ...serving.request import CaptionRequest
from ...serving.turns import STOPPING
from ...settings import SGRS, Decoding, History, LocoRE, Sampling, Score
from ...trace import RunSettings, Trace
from ...whole_numbers import indices_from, is_whole
from .. import media
from ..context import Context, Visit
from ..controls import DEFAULT_PROMPT
from ..handlers.export import exported
from ..handlers.show import label_of
from ..updates import sentence
from .temp_files import written

MAX_TOKENS = 64
KEY_COLUMNS = ("position", "part", "text", "attention", "saliency", "saliency_raw")


@contextmanager
def spoken() -> Iterator[None]:
    """Turns a refusal into gr.Error with its sentence, and an accident into one sentence and a log entry."""
    try:
        yield
    except gr.Error:
        raise
    except Exception as error:
        raise gr.Error(sentence(error, "A program's call failed"), print_exception=False) from error


def tokens(trace: Trace) -> list[dict[str, Any]]:
    """Per output token its facts and where its saliency went (mean of target layers)."""
    return [metrics.facts(trace, step) for step in range(len(trace.steps))]


def layer_of(layer: Any) -> Literal["target", "all"] | int:
    """ "target", "all" or a layer's number, which may come as text. Raises SettingError."""
    text = str(layer).strip()
    if text in ("target", "all"):
        return text
    try:
        (found,) = indices_from("layer", text)
    except ValueError as error:  # a sentence of the parser's own, or more than one layer
        raise SettingError(f'layer must be "target", "all" or a layer\'s number, such as 3. Got {layer!r}.') from error
    return found


def checked(trace: Trace, token: Any) -> int | None:
    """An output token's index, or None where it was left out. Raises SettingError."""
    last = len(trace.steps) - 1
    if token is not None and not is_whole(token, 0, last):
        raise SettingError(f"token must be a whole number in 0..{last} of this caption. Got {token!r}.")
    return token


@dataclass(frozen=True)
class Endpoints:
    """The three calls. Names, arguments and docstrings are what programs see."""

    context: Context

    def caption(
        self,
        image: str,
        prompt: str,
        max_new_tokens: int,
        temperature: float,
        seed: int,
        sgrs: bool,
        alpha: float,
        locore: bool,
        beta: float | None = None,
        more: list[str] | None = None,
        video: str | None = None,
        frames: int = media.FRAMES[1],
        system: str = "",
        sgrs_history: str = SGRS.history,
        sgrs_score: str = SGRS.score,
        decoding: str = "",
        decoding_values: str = "",
        sgrs_recent: int = SGRS.recent,
        request: gr.Request = None,  # type: ignore[assignment] - gradio always fills it in
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Caption an image, several, or a video, and say for each word how strongly the words before it mattered.

        Args:
            image: The picture to describe: a file, a public address or a data: URL. None with a video.
            prompt: What the model is asked.
            max_new_tokens: The caption stops here at the latest.
            temperature: 0 takes the most probable token.
            seed: Same seed, same caption.
            sgrs: Reject weakly grounded candidates (Algorithm 1).
            alpha: Threshold factor of SGRS.
            locore: Raise attention to the latest words (Eq. 8-9).
            beta: Gain of LocoRE. Left out: the default of the model's family.
            more: Further pictures, after the first.
            video: A video instead of pictures.
            frames: How many frames of the video to look at.
            system: A system prompt, where the model's template has a place for one.
            sgrs_history: Scores the threshold is the mean of: window (all at the last W + 1 positions),
                window-accepted, or accepted.
            sgrs_score: A token's score: mean (Eq. 6), sum, previous or recent.
            decoding: A decoder of Table 1 such as vcd, pai or opera; empty for plain decoding.
            decoding_values: Its settings, such as alpha=1, beta=0.1; those left out are the authors'.
            sgrs_recent: Outputs that the score "recent" is the mean over.

        Returns:
            The caption as it grows, and in the end {run, model, settings, tokens} with one entry per token; before its
            turn, how many are {waiting} before it and about how many {seconds} that takes.
        """
        with spoken():
            visit = self._admitted(request)
            history, score = cast(History, sgrs_history), cast(Score, sgrs_score)  # SGRS refuses other words
            grounding = SGRS(alpha=alpha, history=history, score=score, recent=sgrs_recent) if sgrs else None
            sampling = Sampling(temperature=temperature, seed=seed)
            settings = self._settings(max_new_tokens, sampling, grounding, locore, beta)
            if decoding:
                settings = replace(settings, decoding=Decoding.read(decoding, decoding_values))
            asked = CaptionRequest.checked(self._media(image, more, video, frames, visit), prompt, settings, system)
            yield from self._captioned(asked, visit)

    def _admitted(self, request: gr.Request) -> Visit:
        """Who calls. Raises LimitError for one who calls too often."""
        visit = Visit.of(request, self.context.rate_limit.behind_proxy)
        self.context.rate_limit.admit(visit.who)
        return visit

    def _media(self, image: Any, more: Any, video: Any, frames: Any, visit: Visit) -> Any:
        """What is handed over, read beside the model; what the model does not take is not read at all."""
        engine, count = self.context.engine, bool(image) + len(more or ())
        engine.check_media(engine.first, count, bool(video))
        return media.handed(image, more, video, frames, self.context.decode(visit.who))

    def _settings(
        self, max_new_tokens: Any, sampling: Sampling, sgrs: SGRS | None, locore: bool, beta: float | None
    ) -> RunSettings:
        """Checked settings; LocoRE's beta left out is that of the model's family. Raises SettingError."""
        limit, engine = self.context.limit, self.context.engine
        if not is_whole(max_new_tokens, 1, limit):
            raise SettingError(f"max_new_tokens must be in [1, {limit}] here. Got {max_new_tokens!r}.")
        if not locore:
            return RunSettings(max_new_tokens, sampling, sgrs)
        beta = beta_of(engine.first, engine.pool.peek(engine.first)) if beta is None else beta
        return RunSettings(max_new_tokens, sampling, sgrs, LocoRE(beta=beta))

    def _captioned(self, request: CaptionRequest, visit: Visit) -> Iterator[tuple[str, dict[str, Any]]]:
        """How many are before it, the caption as it grows, then with its facts; the run is kept."""
        engine = self.context.engine
        with self.context.turns.joined(visit.who, visit.id) as turn:
            for before, seconds in turn.places():
                yield "", {"waiting": before, "seconds": seconds}
            if turn.began is None:
                raise LimitError(STOPPING)
            with closing(engine.caption(engine.first, request, turn.stop)) as growing:
                for progress in growing:
                    if not progress.done:
                        yield progress.trace.text + "".join(step.text for step in progress.pending), {}
        trace = progress.trace
        run_id = self.context.store.put(trace, label_of(trace), visit.id)
        yield trace.text, {"run": run_id, **metadata(trace), "tokens": tokens(trace)}

    def explain_token(self, run: str, token: int, layer: str) -> dict[str, Any]:
        """Everything a token drew on: attention and saliency over every earlier position.

        Args:
            run: Run id of a caption.
            token: Index of the output token, 0 is the first.
            layer: A layer's number, "target" (mean of the target layers) or "all".

        Returns:
            {token: facts, units, keys: [{position, part, text, attention, saliency, saliency_raw}]}. attention: mean
            over heads. saliency: each layer's row scaled to an l2 norm of 1, as on the page and in the token's score
            and shares. saliency_raw: |A dL/dA| in nats, the one that compares between tokens.
        """
        with spoken():
            trace = self.context.trace(run)
            view = View(layers=layer_of(layer))
            facts = metrics.facts(trace, token, view.layers)
            keys = [{name: line[name] for name in KEY_COLUMNS} for line in key_table(trace, token, view)]
            units = {kind: view.unit(kind) for kind in metrics.KINDS}
            units["saliency_raw"] = view.at(normalization="raw").unit("saliency")
            return {"token": facts, "units": units, "keys": keys}

    def export(
        self,
        run: str,
        format: str,
        token: int | None = None,
        layer: str = "target",
        normalization: str = "row",
        request: gr.Request = None,  # type: ignore[assignment] - gradio always fills it in
    ) -> str:
        """A run as a file: trace (reopens here), html (interactive, offline), json, npz, tables as CSV (steps, keys,
        candidates), citation; a figure (image, layers, layers-attention, outputs, distance, text, grid,
        grid-attention, scores) in pdf, svg or png, such as image.pdf; or a film (film-both, film-saliency,
        film-attention) as mp4 or gif, such as film-both.mp4.

        Args:
            run: Run id of a caption.
            format: trace, html, json, npz, steps, keys, candidates, citation; a figure, such as image.pdf; or a film.
            token: Index of the output token that keys, json and the figures of one token are of; 0, the first, if left
                out.
            layer: A layer's number, "target" (mean of the target layers) or "all".
            normalization: Of saliency: row (each layer's row has an l2 norm of 1), raw (nats) or share (of the row).

        Returns:
            The file.
        """
        with spoken():
            visit = self._admitted(request)
            trace = self.context.trace(run)
            state = {"token": checked(trace, token), "layer": layer_of(layer), "normalization": normalization}
            file = exported(self.context, visit.who, trace, format, state)
            assert self.context.folder is not None  # a server has one
            return written(self.context.folder, file)


# ---- as gradio publishes them ----------------------------------------------------------------------------------------


def publish(endpoints: Endpoints) -> tuple[str, ...]:
    """Register the endpoints inside the current gradio context. Returns their names."""
    with gr.Row(visible=False):  # the components only say which types go in and out
        written = [gr.Textbox(label="caption"), gr.JSON(label="run")]
        queue = {"concurrency_id": "gpu", "concurrency_limit": None}  # the turns are ours
        _endpoint(endpoints.caption, caption_fields(endpoints.context.limit), written, **queue)
        _endpoint(endpoints.explain_token, token_fields(), [gr.JSON(label="explanation")], queue=False)
        _endpoint(endpoints.export, export_fields(), [gr.File(label="file")], queue=False)
    return tuple(function.__name__ for function in (endpoints.caption, endpoints.explain_token, endpoints.export))


def caption_fields(limit: int) -> list[Any]:
    """The arguments of /caption with their defaults. limit: the most new tokens."""
    return [
        picture_field(label="image"),
        gr.Textbox(DEFAULT_PROMPT, label="prompt"),
        gr.Number(min(MAX_TOKENS, limit), label="max_new_tokens", precision=0),
        gr.Number(0.0, label="temperature"),
        gr.Number(0, label="seed", precision=0),
        gr.Checkbox(False, label="sgrs"),
        gr.Number(0.6, label="alpha"),
        gr.Checkbox(False, label="locore"),
        gr.Number(None, label="beta"),
        gr.File(label="more", file_count="multiple", type="filepath"),
        gr.File(label="video", type="filepath"),
        gr.Number(media.FRAMES[1], label="frames", precision=0),
        gr.Textbox("", label="system"),
        gr.Textbox(SGRS.history, label="sgrs_history"),
        gr.Textbox(SGRS.score, label="sgrs_score"),
        gr.Textbox("", label="decoding"),
        gr.Textbox("", label="decoding_values"),
        gr.Number(SGRS.recent, label="sgrs_recent", precision=0),
    ]


def token_fields() -> list[Any]:
    """The arguments of /explain_token."""
    return [gr.Textbox(label="run"), gr.Number(0, label="token", precision=0), gr.Textbox("target", label="layer")]


def export_fields() -> list[Any]:
    """The arguments of /export."""
    return [
        gr.Textbox(label="run"),
        gr.Textbox("json", label="format"),
        gr.Number(None, label="token", precision=0),
        gr.Textbox("target", label="layer"),
        gr.Textbox("row", label="normalization"),
    ]


def picture_field(**options: Any) -> gr.Image:
    """gr.Image that hands over the path of the file as it came: our own intake (images.py) opens, checks and turns it.

    gradio has already made sure that the path is an upload. Never update its options: gradio would build it anew.
    """
    field = gr.Image(type="filepath", format="png", image_mode=None, **options)
    field.preprocess = lambda payload: payload.path if payload is not None else None
    return field


def _endpoint(function: Callable[..., Any], inputs: list[Any], outputs: list[Any], **options: Any) -> None:
    gr.Button(function.__name__).click(function, inputs, outputs, api_name=function.__name__, **options)
