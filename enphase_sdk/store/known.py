"""Which stretches of each series are final: they never need to be requested again."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from enphase_sdk.store.rows import Batch, Span, of_spans
from enphase_sdk.store.schema import TableName

__all__ = ["KNOWN", "learnt"]

# The table that stores the known spans of each table.
KNOWN: dict[TableName, TableName] = {"daily": "known_days", "intervals": "known_intervals"}


def learnt(name: TableName, written: Iterable[Span], before: Iterable[Span]) -> Batch:
    """The known spans after a write.

    Spans that are written and not final are no longer known, even if they were known before.

    Args:
        name: The table of the known spans.
        written: The spans that were written.
        before: The known spans of the same series before the write.
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
    """The parts of a span that are outside another span."""
    yield evolve(span, end=min(span.end, taken.start))
    yield evolve(span, start=max(span.start, taken.end))


def _merged(spans: list[Span]) -> list[Span]:
    """The spans without empty ones, and adjacent spans merged; one empty span if all are empty."""
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
