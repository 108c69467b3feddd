"""The calls of this package that the engine makes. Each imports what it needs when it is made: torch loads late.

Ignores everything else of the package. Tests give the engine another object with these functions.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from ..trace import Trace
from .request import CaptionRequest
from .whole import import_whole


def load_model(name: str, tell: Callable[[Any], None], **options: Any) -> Any:
    """A model by name, hub id or directory; tell hears how far the load is."""
    import_whole()
    from ..models import load_model

    return load_model(name, tell=tell, **options)


def stream_caption(model: Any, request: CaptionRequest) -> Any:
    """A CaptionStream that has not begun."""
    import_whole()
    from ..decoding.arguments import checked_settings, request_for
    from ..decoding.run import stream

    settings = checked_settings(request.settings)
    return stream(model, request_for(request.image, request.prompt, request.system, request.history), settings)


def head_rows(model: Any, trace: Trace, step: int) -> Any:
    """Every head's row of a step (HeadRows)."""
    import_whole()
    from ..decoding import head_rows

    return head_rows(model, trace, step)


def token_matrix(model: Any, trace: Trace, step: int) -> Any:
    """Saliency and attention [layers, n, n] of a step."""
    import_whole()
    from ..decoding import token_matrix

    return token_matrix(model, trace, step)


def logit_lens(model: Any, trace: Trace, step: int) -> Any:
    """What each layer would say at a step (LensLayers)."""
    import_whole()
    from ..decoding import logit_lens

    return logit_lens(model, trace, step)


def knock_out(model: Any, trace: Trace, step: int, **options: Any) -> Any:
    """What a step's prediction becomes with keys hidden (KnockOut)."""
    import_whole()
    from ..decoding import knock_out

    return knock_out(model, trace, step, **options)


def stream_faithfulness(model: Any, trace: Trace, step: int, **options: Any) -> Generator[Any, None, None]:
    """Insertion and deletion curves of a step, told of after each reading (Measuring)."""
    import_whole()
    from ..decoding import stream_faithfulness

    return stream_faithfulness(model, trace, step, **options)


def capabilities(model: Any) -> dict[str, Any]:
    """What a loaded model can be shown, and the families that can be shown more: {pictures: most or None, video, many,
    videos}."""
    import_whole()
    from ..models.capabilities import families_for, takes

    able = takes(model)
    return {
        "pictures": able.pictures,
        "video": able.video,
        "many": families_for(False),
        "videos": families_for(True),
    }


def check_media(model: Any, pictures: int, video: bool) -> None:
    """Raises ImageError unless the model takes this many pictures, or a video."""
    import_whole()
    from ..models.capabilities import check

    check(model, pictures, video)
