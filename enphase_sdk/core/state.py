"""Small private files that the package keeps for its user from one run to the next."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from enphase_sdk.errors import ConfigError

__all__ = ["create_private", "read_private", "replace_private", "state_file", "state_folder"]


def state_folder() -> Path:
    """Where state is kept: ``ENPHASE_STATE``, else the user's state folder."""
    named = os.environ.get("ENPHASE_STATE")
    if named:
        return Path(named)
    from platformdirs import user_state_path

    return user_state_path("enphase-sdk", appauthor=False)


def state_file(folder: str, serial_number: str, suffix: str) -> Path:
    """Where something is kept of the gateway with that serial number, which may be any text."""
    safe = "".join(c for c in serial_number if c.isalnum())
    return state_folder() / folder / f"{safe}{suffix}"


def read_private(path: Path) -> str | None:
    """The file's text, or None where there is none.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        problem = f"cannot read {path} ({type(error).__name__}); delete it or repair its rights"
    raise ConfigError(problem)


def create_private(path: Path, text: str) -> bool:
    """Write a file that must not exist yet, mode 0600; False if another process was faster.

    Raises:
        ConfigError: it cannot be written.
    """
    whole = _written(path, text)
    try:
        # A link makes the whole file appear at once, and fails where there is one already.
        os.link(whole, path)
    except FileExistsError:
        return False
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        whole.unlink()
    return True


def replace_private(path: Path, text: str) -> None:
    """Write a file anew, mode 0600; a reader sees the old text or the new one, never a part.

    Raises:
        ConfigError: it cannot be written.
    """
    whole = _written(path, text)
    try:
        whole.replace(path)
    except OSError as error:
        whole.unlink()
        raise _unwritable(path, error) from None


def _written(path: Path, text: str) -> Path:
    """A finished file beside `path`; mkstemp makes it readable by its owner only."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        number, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    except OSError as error:
        raise _unwritable(path, error) from None
    whole = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError as error:
        whole.unlink()
        raise _unwritable(path, error) from None
    return whole


def _unwritable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"cannot write {path} ({error.strerror}); repair its rights, or name another folder with "
        "ENPHASE_STATE"
    )
