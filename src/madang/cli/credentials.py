"""Where the command keeps its log-in: one file for its owner only; the environment goes before it."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from madang.errors import Refused

DEFAULT_SERVER = "http://127.0.0.1:8000"


def path() -> Path:
    """$XDG_CONFIG_HOME/madang/credentials.json, else below ~/.config."""
    root = os.environ.get("XDG_CONFIG_HOME")
    return (Path(root) if root else Path.home() / ".config") / "madang" / "credentials.json"


def stored() -> dict[str, Any]:
    """What the last log-in left; empty without one. Refused: ``credentials_unreadable``."""
    try:
        content = json.loads(path().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Refused("credentials_unreadable", file=str(path())) from error
    return content if isinstance(content, dict) else {}


def present() -> tuple[str, str]:
    """Server and token in force. A stored token goes only to the server that gave it."""
    kept = stored()
    server = os.environ.get("MADANG_SERVER") or str(kept.get("server", "")) or DEFAULT_SERVER
    token = os.environ.get("MADANG_TOKEN", "")
    if not token and server.rstrip("/") == kept.get("server"):
        token = str(kept.get("token", ""))
    return server, token


def keep(*, server: str, token: str, token_id: int, email: str) -> None:
    """Writes the log-in, readable by its owner alone from the first byte on."""
    folder = path().parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp makes the file with mode 600.
    descriptor, draft = tempfile.mkstemp(dir=folder, prefix=".credentials-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"server": server, "token": token, "token_id": token_id, "email": email}, file)
    Path(draft).replace(path())


def forget() -> None:
    """Removes the log-in; nothing where there is none."""
    path().unlink(missing_ok=True)
