"""Another model is chosen, or its loading stopped.

Ignores which may be chosen (serving/model_catalog.py) and how they load.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import ModelError
from ..context import Context, Visit
from ..updates import Updates, guarded, note, update


@guarded
def choose_model(context: Context, visit: Visit, event: Mapping[str, Any]) -> Updates:
    """Another model for the next run; it loads in the background. event: {name}."""
    name = str(event.get("name") or "").strip()
    refused = context.engine.offer(name)["refused"]
    if refused:
        raise ModelError(refused)
    context.engine.warm(name)
    return {
        "model": name,
        "header": update(model=name),
        "media": update(model=name),
        "demo_note": update(visible=name == "demo"),
        "notice": note(),
    }


@guarded
def halt_model(context: Context, visit: Visit, event: Mapping[str, Any]) -> Updates:
    """Stop loading a model. event: {name}."""
    context.engine.cancel(str(event.get("name") or ""))
    return {"notice": note()}
