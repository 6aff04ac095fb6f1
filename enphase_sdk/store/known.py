"""Which stretches of each series are final: they need never be asked for again."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from enphase_sdk.store.rows import Batch, Span, of_spans
from enphase_sdk.store.schema import TableName

__all__ = ["KNOWN", "learnt"]

# Where it is kept what is known of a table.
KNOWN: dict[TableName, TableName] = {"daily": "known_days", "intervals": "known_intervals"}


def learnt(name: TableName, written: Iterable[Span], before: Iterable[Span]) -> Batch:
    """What is known once something has been written.

    What is written and not final is not known any more, even if it was before.

    Args:
        name: Where it is kept.
        written: What was written.
        before: What was known of the same series.
    """
    known: dict[tuple[int, str], list[Span]] = {}
    for span in before:
        known.setdefault(span.key, []).append(span)
    for span in written:
        others = [part for other in known.get(span.key, ()) for part in _without(other, span)]
        final = evolve(span, end=span.final_end)
        known[span.key] = _merged([*others, final])
    return of_spans(name, (span for spans in known.values() for span in spans))


def _without(span: Span, taken: Span) -> Iterable[Span]:
    """What is left of a span beside another one."""
    yield evolve(span, end=min(span.end, taken.start))
    yield evolve(span, start=max(span.start, taken.end))


def _merged(spans: list[Span]) -> list[Span]:
    """The same without empty ones, those that touch made one; one empty span if all are."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if span.start >= span.end:
            continue
        if merged and merged[-1].end >= span.start:
            last = merged.pop()
            read_at = max(last.read_at, span.read_at)
            span = evolve(last, end=max(last.end, span.end), read_at=read_at)
        merged.append(span)
    return merged or spans[-1:]
