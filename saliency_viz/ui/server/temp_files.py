"""Uploads only while there is room for them, and files for programs only until they were fetched.

Ignores what the files are.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ...errors import LimitError
from ...serving.temp_folder import TempFolder
from ..exports import File

UPLOAD, DOWNLOAD = "/gradio_api/upload", "/gradio_api/file="
MOST_UPLOAD = 200 * 2**20  # bytes of one upload; what a request does not say is counted so
EXPORTS = "exports"  # the folder of files for programs


def written(folder: TempFolder, file: File) -> str:
    """Where a file lies until a program fetched it; gradio serves what lies in its own folder without a copy."""
    place = folder.path / EXPORTS / secrets.token_urlsafe(16)
    place.mkdir(parents=True)
    (place / file.name).write_bytes(file.data)
    return str(place / file.name)


class TempFiles:
    """folder: of uploads and of files for programs."""

    def __init__(self, app: Any, folder: TempFolder) -> None:
        self.app, self.folder = app, folder

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        from starlette.routing import get_route_path  # pyright: ignore[reportPrivateImportUsage]  # as in auth

        path = get_route_path(scope) if scope["type"] == "http" else ""
        if path.rstrip("/") == UPLOAD:
            return await self._upload(scope, receive, send)
        export = self._export(path) if scope.get("method") == "GET" else None
        if export is None:
            return await self.app(scope, receive, send)
        await self._download(export, scope, receive, send)

    def _export(self, path: str) -> Path | None:
        """The file for a program that a path asks for."""
        file = Path(unquote(path.removeprefix(DOWNLOAD))) if path.startswith(DOWNLOAD) else None
        return file if file is not None and file.parent.parent == self.folder.path / EXPORTS else None

    async def _upload(self, scope: Any, receive: Any, send: Any) -> None:
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import JSONResponse

        length = dict(scope["headers"]).get(b"content-length", b"")
        room = self.folder.taking(int(length) if length.isdigit() else MOST_UPLOAD)
        try:
            await run_in_threadpool(room.__enter__)
        except LimitError as error:
            return await JSONResponse({"detail": str(error)}, 507)(scope, receive, send)
        try:
            await self.app(scope, receive, send)
        finally:
            room.__exit__(None, None, None)

    async def _download(self, file: Path, scope: Any, receive: Any, send: Any) -> None:
        whole = False

        async def told(message: Any) -> None:
            nonlocal whole
            await send(message)
            if message["type"] == "http.response.start":
                whole = message["status"] == 200
            elif whole and not message.get("more_body"):
                file.unlink(missing_ok=True)
                file.parent.rmdir()

        await self.app(scope, receive, told)
