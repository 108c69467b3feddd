"""gr.Blocks as we need it: a caller whose values are of the wrong kind is told a sentence, whatever it sent, and no
place on this server; and an answer costs what it changes.

Ignores what the calls do. gradio 6.31 answers {"error": null}, a list of its own, or a bare 500.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

import gradio as gr

from ...whole_numbers import is_whole
from ..updates import without_places

log = logging.getLogger("saliency_viz")
UNREAD = (
    "The values of this call could not be read: their number or kinds are not those this server expects. Reload the "
    'page; for programs "Use via API" on the page lists them.'
)
LONGEST = 60  # letters of a caller's value in a sentence


class SpokenBlocks(gr.Blocks):
    """gr.Blocks whose calls are refused with a sentence. typed: endpoints by name whose values are checked by kind."""

    typed: tuple[str, ...] = ()

    async def process_api(self, block_fn: Any, inputs: Any, *given: Any, **named: Any) -> dict[str, Any]:
        """As gr.Blocks; raises gr.Error and nothing else."""
        try:
            called = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
            if called.api_name in self.typed:
                check_kinds(called.api_name, called.inputs, inputs)
            return await super().process_api(block_fn, inputs, *given, **named)
        except gr.Error as error:
            error.message = without_places(str(error.message))
            error.print_exception = False
            raise
        except Exception as error:
            log.warning("The values of a call could not be read (%s)", type(error).__name__)  # its text may quote them
            log.debug("They were refused here", exc_info=error)
            raise gr.Error(UNREAD, print_exception=False) from error

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        """As gr.Blocks, which would build every output anew that an answer (by parts) leaves alone: here it is left."""
        changed = [block for block in block_fn.outputs if isinstance(predictions, dict) and block in predictions]
        if not changed:
            return await super().postprocess_data(block_fn, predictions, state)
        of_changed = copy(block_fn)
        of_changed.outputs = changed
        values = dict(zip(changed, await super().postprocess_data(of_changed, predictions, state), strict=True))
        return [values.get(block, gr.skip()) for block in block_fn.outputs]


def check_kinds(endpoint: str, fields: Sequence[Any], values: list[Any]) -> None:
    """Raises gr.Error unless there is a value of the right kind for every field."""
    if not isinstance(values, list) or len(values) > len(fields):
        got = len(values) if isinstance(values, list) else _shown(values)
        raise gr.Error(f"/{endpoint} takes {len(fields)} values. Got {got}. See: Use via API.", print_exception=False)
    for field, value in zip(fields, values, strict=False):
        kind, fits = KINDS[type(field).__name__]
        if value is not None and not fits(value):
            raise gr.Error(f"{field.label} must be {kind}. Got {_shown(value)}.", print_exception=False)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or _is_number(value)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) < 2**63 and math.isfinite(value)


def _is_file(value: Any) -> bool:
    place = (value.get("path"), value.get("url")) if isinstance(value, dict) else ()
    return any(isinstance(part, str) and part for part in place)


def _is_list_of_files(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_file, value))


FILE = 'a file: {"path": ...} of an upload or {"url": ...}'
KINDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "Textbox": ("a text", _is_text),
    "Number": ("a number", _is_number),
    "Checkbox": ("true or false", lambda value: isinstance(value, bool)),
    "Image": (FILE, _is_file),
    "File": (f"{FILE}, or a list of them", lambda value: _is_file(value) or _is_list_of_files(value)),
}


def _shown(value: Any) -> str:
    if is_whole(value) and not is_whole(value, 1 - 2**63, 2**63 - 1):
        return "a whole number beyond 64 bits"
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def handlers() -> dict[Any, Any]:
    """For errors outside of calls: what FastAPI is given as exception_handlers."""
    from fastapi.exceptions import RequestValidationError
    from starlette.exceptions import HTTPException
    from starlette.responses import JSONResponse

    async def refused(_: Any, error: Any) -> Any:
        if not isinstance(error.detail, str):  # of a login that is lacking: the page reads its parts
            return JSONResponse({"detail": error.detail}, error.status_code, error.headers)
        told = without_places(error.detail)
        return JSONResponse({"error": told, "detail": told}, error.status_code, error.headers)

    async def unread(_: Any, error: Exception) -> Any:
        return JSONResponse({"error": UNREAD, "detail": UNREAD}, 422)

    async def failed(_: Any, error: Exception) -> Any:
        return JSONResponse({"error": UNREAD, "detail": UNREAD}, 500)

    return {HTTPException: refused, RequestValidationError: unread, Exception: failed}
