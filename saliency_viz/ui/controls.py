"""The left column: the pictures, the prompt and every setting of the decoding, and how widgets become settings.

Ignores what is done with them (handlers/). Ranges here are what the page offers; the settings check themselves again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import gradio as gr

from ..errors import SettingError
from ..serving.request import MAX_PROMPT
from ..settings import DECODERS, HISTORIES, SCORES, SGRS, Decoding, LocoRE, Sampling
from ..trace import RunSettings
from ..whole_numbers import indices_from
from .components import decodings, media, remark, thumbnails

DEFAULT_PROMPT = "Describe the image."
PRESETS = {"preset_llava": (0.6, 0.15), "preset_qwen": (0.6, 0.20)}  # alpha, beta (Sec. 4.1)


class Settings(NamedTuple):
    """The decoding widgets, in the order `settings_from` takes their values."""

    max_new_tokens: gr.Slider
    temperature: gr.Slider
    top_k: gr.Number
    top_p: gr.Slider
    seed: gr.Number
    sgrs: gr.Checkbox
    alpha: gr.Slider
    candidates: gr.Slider
    tries: gr.Slider
    sgrs_window: gr.Slider
    history: gr.Dropdown
    score: gr.Dropdown
    recent: gr.Slider
    layers: gr.Textbox
    locore: gr.Checkbox
    beta: gr.Slider
    locore_window: gr.Slider
    renormalize: gr.Checkbox
    decoder: gr.Dropdown
    decoder_values: gr.Textbox


@dataclass(frozen=True)
class Left:
    """Every widget of the left column."""

    media: gr.HTML
    seen: gr.HTML
    plan: gr.HTML
    thumbnails: gr.HTML
    prompt: gr.Textbox
    system: gr.Textbox
    system_box: gr.Accordion
    settings: Settings
    presets: dict[str, gr.Button]
    reset: gr.Button
    run: gr.Button
    stop: gr.Button
    decodings: gr.HTML
    demo_note: gr.Markdown


def settings_from(values: list[Any] | tuple[Any, ...], limit: int) -> RunSettings:
    """The widgets' values (order of `Settings`) as checked settings.

    limit: the most new tokens this server gives. Raises SettingError with a sentence naming the setting.
    """
    given = dict(zip(Settings._fields, values, strict=True))
    count = _whole("max new tokens", given["max_new_tokens"])
    if not 1 <= count <= limit:
        raise SettingError(f"max new tokens must be in [1, {limit}] here. Got {count}.")
    sampling = Sampling(
        temperature=float(_number("temperature", given["temperature"])),
        seed=_whole("seed", given["seed"]),
        top_k=_whole("top-k", given["top_k"]) or None,
        top_p=None if _number("top-p", given["top_p"]) >= 1 else float(given["top_p"]),
    )
    return RunSettings(
        max_new_tokens=count,
        sampling=sampling,
        sgrs=sgrs_from(given) if given["sgrs"] else None,
        locore=locore_from(given) if given["locore"] else None,
        decoding=decoding_from(given),
    )


def decoding_from(given: Mapping[str, Any]) -> Decoding | None:
    """The decoder, None for plain decoding. Raises SettingError."""
    if not given["decoder"]:
        return None
    return Decoding.read(str(given["decoder"]), str(given["decoder_values"] or ""))


def sgrs_from(given: dict[str, Any]) -> SGRS:
    """SGRS with the widgets' numbers, whether its switch is on or not."""
    return SGRS(
        top_k=_whole("K", given["candidates"]),
        tries=_whole("R", given["tries"]),
        alpha=float(_number("alpha", given["alpha"])),
        window=_whole("W", given["sgrs_window"]),
        layers=layers_from(given["layers"]),
        history=given["history"],
        score=given["score"],
        recent=_whole("w_s of the score", given["recent"]),
    )


def locore_from(given: dict[str, Any]) -> LocoRE:
    """LocoRE with the widgets' numbers, whether its switch is on or not."""
    return LocoRE(
        beta=float(_number("beta", given["beta"])),
        window=_whole("w_s", given["locore_window"]),
        renormalize=bool(given["renormalize"]),
    )


def layers_from(text: str | None) -> tuple[int, ...] | None:
    """ "3-5, 8" as (3, 4, 5, 8); empty as None. Raises SettingError."""
    return indices_from("target layers", text) if text and text.strip() else None


def widget_values(settings: RunSettings) -> list[Any]:
    """Settings as the widgets' values (order of `Settings`); a method that is off keeps its paper defaults."""
    sampling, sgrs, locore = settings.sampling, settings.sgrs or SGRS(), settings.locore or LocoRE()
    layers = ",".join(map(str, sgrs.layers)) if sgrs.layers else ""
    return [
        settings.max_new_tokens,
        sampling.temperature,
        sampling.top_k or 0,
        1.0 if sampling.top_p is None else sampling.top_p,
        sampling.seed,
        settings.sgrs is not None,
        sgrs.alpha,
        sgrs.top_k,
        sgrs.tries,
        sgrs.window,
        sgrs.history,
        sgrs.score,
        sgrs.recent,
        layers,
        settings.locore is not None,
        locore.beta,
        locore.window,
        locore.renormalize,
        settings.decoding.name if settings.decoding else "",
        settings.decoding.written() if settings.decoding else "",
    ]


def remembered_values(text: str | None, limit: int) -> list[Any]:
    """The widgets' values as the browser kept them; nothing when they are not those of this version's widgets."""
    try:
        values = json.loads(text or "[]")
        settings_from(values, limit)
    except (ValueError, TypeError):
        return []
    return values


def build_left(
    t: Any, scenes: list[dict[str, str]], max_new_tokens: int, limit: int, model: str, looks: list[Callable[..., Any]]
) -> Left:
    """Draw the column inside the current gradio context. scenes: the example row's items. model: the one chosen at
    first. looks: what the field of pictures asks of the server."""
    field = media(model, looks)
    seen = remark()
    demo_note = gr.Markdown(t("sv_demo_note"), elem_id="app-demo-note", visible=model == "demo")
    row = thumbnails(scenes)
    prompt = gr.Textbox(
        DEFAULT_PROMPT, label=t("sv_prompt"), lines=2, max_lines=5, max_length=MAX_PROMPT, elem_id="app-prompt"
    )
    with gr.Row(elem_id="app-buttons"):
        run = gr.Button(t("sv_run"), variant="primary", elem_id="app-run", scale=3, min_width=80)
        stop = gr.Button(
            t("sv_stop"), variant="secondary", elem_id="app-stop", scale=1, min_width=70, interactive=False
        )
    several = decodings(DECODERS)
    plan = remark("app-plan")
    with gr.Group(elem_id="app-methods"):
        sgrs = gr.Checkbox(False, label=t("sv_sgrs"), info=t("sv_sgrs_help"), elem_id="app-sgrs")
        locore = gr.Checkbox(False, label=t("sv_locore"), info=t("sv_locore_help"), elem_id="app-locore")
    with gr.Accordion(t("sv_system"), open=False, elem_id="app-system-box") as system_box:
        system = gr.Textbox(
            "", show_label=False, info=t("sv_system_help"), lines=2, max_lines=5, max_length=MAX_PROMPT,
            elem_id="app-system", container=False,
        )  # fmt: skip
    with gr.Accordion(t("sv_decoding"), open=False, elem_id="app-decoding"):
        settings, presets, reset = _decoding(t, sgrs, locore, max_new_tokens, limit)
    return Left(
        field, seen, plan, row, prompt, system, system_box, settings, presets, reset, run, stop, several, demo_note
    )


def _decoding(
    t: Any, sgrs: gr.Checkbox, locore: gr.Checkbox, max_new_tokens: int, limit: int
) -> tuple[Settings, dict[str, gr.Button], gr.Button]:
    def named(key: str) -> dict[str, Any]:
        return {"label": t(f"sv_{key}"), "info": t(f"sv_{key}_help"), "elem_id": f"app-{key}"}

    def slider(key: str, low: float, high: float, value: float, step: float) -> gr.Slider:
        return gr.Slider(low, high, value, step=step, buttons=[], **named(key))

    count = slider("max_new_tokens", 1, limit, min(max_new_tokens, limit), 1)
    temperature = slider("temperature", 0, 2, 0, 0.05)
    top_p = slider("top_p", 0.05, 1, 1, 0.05)
    with gr.Row():
        top_k = gr.Number(0, precision=0, minimum=0, min_width=100, **named("top_k"))
        seed = gr.Number(0, precision=0, minimum=0, min_width=100, **named("seed"))
    with gr.Row(elem_classes="app-presets"):
        presets = {key: gr.Button(t(f"sv_{key}"), size="sm", min_width=90, elem_id=f"app-{key}") for key in PRESETS}
        reset = gr.Button(t("sv_reset_settings"), size="sm", min_width=60, elem_id="app-reset")
    gr.Markdown("**SGRS**", elem_classes="app-group")
    alpha = slider("alpha", 0, 1, 0.6, 0.05)
    candidates = slider("candidates", 1, 20, 5, 1)
    tries = slider("tries", 1, 20, 3, 1)
    sgrs_window = slider("sgrs_window", 1, 50, 5, 1)
    with gr.Row():
        history, score = (
            gr.Dropdown(list(names), value=names[0], min_width=100, **named(key))
            for key, names in (("history", HISTORIES), ("score", SCORES))
        )
    recent = slider("recent", 1, 50, SGRS.recent, 1)
    layers = gr.Textbox("", max_length=100, **named("layers"))
    gr.Markdown("**LocoRE**", elem_classes="app-group")
    beta = slider("beta", 0, 2, 0.15, 0.05)
    locore_window = slider("locore_window", 1, 50, 10, 1)
    renormalize = gr.Checkbox(False, **named("renormalize"))
    gr.Markdown(f"**{t('sv_decoder')}**", elem_classes="app-group")
    decoders = [(t("sv_decoder_plain"), ""), *((title, name) for name, title in DECODERS.items())]
    decoder = gr.Dropdown(decoders, value="", **named("decoder"))
    decoder_values = gr.Textbox("", max_length=200, **named("decoder_values"))
    return (
        Settings(
            count, temperature, top_k, top_p, seed, sgrs, alpha, candidates, tries, sgrs_window, history,
            score, recent, layers, locore, beta, locore_window, renormalize, decoder, decoder_values,
        ),
        presets,
        reset,
    )  # fmt: skip


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise SettingError(f"{name} must be a number. Got {value!r}.")
    return value


def _whole(name: str, value: Any) -> int:
    number = _number(name, value)
    if number != int(number):
        raise SettingError(f"{name} must be a whole number. Got {value!r}.")
    return int(number)
