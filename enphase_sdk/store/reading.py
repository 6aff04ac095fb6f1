"""A table of Arrow as a frame of the library that was asked for."""

from __future__ import annotations

from typing import Any

from enphase_sdk.errors import ConfigError, InvalidArgumentError

__all__ = ["frame_of"]


def frame_of(table: Any, backend: str) -> Any:
    """The same rows; null stays null in all of them.

    Raises:
        InvalidArgumentError: there is no such backend.
        ConfigError: the library is not installed.
    """
    try:
        match backend:
            case "pyarrow":
                return table
            case "polars":
                import polars as pl

                return pl.from_arrow(table)
            case "pandas":
                return _pandas(table)
            case _:
                raise InvalidArgumentError(
                    f"backend: one of 'pandas', 'polars', 'pyarrow' is wanted, not {backend!r}"
                )
    except ImportError as error:
        raise ConfigError(
            f"frames of {backend} need {error.name or backend}, which cannot be imported; "
            f"install it: pip install {backend}"
        ) from error


def _pandas(table: Any) -> Any:
    import pandas as pd
    import pyarrow as pa

    types = {
        pa.int64(): pd.Int64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
        pa.string(): pd.StringDtype(),
    }
    return table.to_pandas(types_mapper=types.get, date_as_object=False)
