"""Holds values against annotations, down to the last field."""

from __future__ import annotations

import ast
import inspect
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Union, get_args, get_origin

import attrs


def namespace(module_name: str) -> dict[str, Any]:
    """What annotations of a module can name: also what it imports for type checkers alone."""
    module = sys.modules[module_name]
    names = dict(vars(module))
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            exec(compile(ast.Module(node.body, []), module_name, "exec"), names)  # noqa: S102
    return names


def hints(value: Any) -> dict[str, Any]:
    """The annotations of a function, or of a class's attributes, as types."""
    owner = inspect.unwrap(value) if callable(value) and not isinstance(value, type) else value
    return typing.get_type_hints(owner, namespace(owner.__module__))


def returned(method: Any) -> Any:
    """What a method, or a property, says that it returns."""
    return hints(method.fget if isinstance(method, property) else method)["return"]


def untrue(value: Any, annotation: Any, path: str = "$") -> Iterator[str]:
    """Every place where a value is not what its annotation says."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is Any:
        return
    if origin in (Union, types.UnionType):
        found = [list(untrue(value, option, path)) for option in arguments]
        if all(found):
            yield min(found, key=lambda places: max(map(len, places)))[0]
    elif origin is Literal:
        if value not in arguments:
            yield f"{path}: {value!r} is not {annotation}"
    elif origin is tuple and arguments[-1] is not ...:
        for position, (item, kind) in enumerate(zip(value, arguments, strict=True)):
            yield from untrue(item, kind, f"{path}[{position}]")
    elif origin is not None and isinstance(value, dict) and issubclass(origin, Mapping):
        for key, item in value.items():
            yield from untrue(key, arguments[0], f"{path} key")
            yield from untrue(item, arguments[1], f"{path}[{key!r}]")
    elif origin is not None and isinstance(value, list | tuple | set | frozenset):
        for position, item in enumerate(value):
            yield from untrue(item, arguments[0], f"{path}[{position}]")
    elif not _is_one(value, origin or annotation):
        yield f"{path}: {type(value).__name__} is not {annotation}"
    elif attrs.has(type(value)):
        kinds = hints(type(value))
        for field in attrs.fields(type(value)):
            yield from untrue(getattr(value, field.name), kinds[field.name], f"{path}.{field.name}")


def _is_one(value: Any, kind: Any) -> bool:
    if isinstance(value, bool):
        return kind is bool
    if kind is float:
        return isinstance(value, int | float)
    return value is None if kind is type(None) else isinstance(value, kind)
