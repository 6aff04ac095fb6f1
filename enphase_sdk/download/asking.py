"""Many requests together: which process sends them, which stores the answers, and when."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from attrs import define, field, frozen

from enphase_sdk._sync.cloud_base import Cloud
from enphase_sdk.clock import current_clock
from enphase_sdk.cloud.collecting import DOUBTFUL, HOPELESS, MOST_IN_A_ROW
from enphase_sdk.core.times import utc
from enphase_sdk.download.questions import Question
from enphase_sdk.errors import EnphaseError
from enphase_sdk.fleet import Collected, Collection, Fleet
from enphase_sdk.store import Asked, SharedStore, Store

__all__ = ["Answer", "Asking", "asking_of"]

# Seconds. Waiting answers are stored after this time, even if their group is not complete.
LONGEST_UNKEPT = 30.0

# A worker that writes gets this many questions of a group at a time.
MOST_IN_A_GROUP = 200


@frozen
class Answer:
    """The result of a question; without an error it is in the store.

    Attributes:
        question: The question.
        asked: The record of the request in the store; None if none was stored.
        error: Why there is no answer, or None.
    """

    question: Question
    asked: Asked | None
    error: EnphaseError | None


class Asking(Protocol):
    """Sends questions and stores their answers, a few at a time."""

    def __iter__(self) -> Iterator[Answer]:
        """The answers, each after it is stored."""
        ...

    @property
    def stopped_by(self) -> EnphaseError | None:
        """Why not all questions were sent; None if all were."""
        ...

    def finish(self) -> list[Answer]:
        """Stop: store what has arrived, send no further requests and do not wait."""
        ...


def asking_of(
    cloud: Cloud, store: Store, executor: Executor | None, workers: int | None
) -> Callable[[Mapping[int, Question]], Asking]:
    """Which process sends the questions, and which process writes the answers.

    - A DuckDB file with threads of this process: each thread stores its answer before it sends
      the next question.
    - A folder with an executor: the workers store their own answers, in parallel to this process.
    - Otherwise this process stores the answers, in the groups that the store proposes.
    """
    fleet = Fleet(cloud, executor, workers=workers)
    if not store.path.is_dir():
        if executor is None:
            return partial(_KeptAtOnce, fleet, store)
    elif executor is not None:
        return partial(_KeptByWorkers, fleet, store.shared())
    return partial(_KeptInGroups, fleet, store)


@define(eq=False)
class _KeptAtOnce:
    _fleet: Fleet
    _store: Store
    _questions: Mapping[int, Question]
    _run: Collection[Answer] = field(init=False)
    _given: int | None = None

    def __attrs_post_init__(self) -> None:
        self._run = self._fleet.collect(
            partial(_ask_and_keep, self._store), self._questions, each=self._question
        )

    def __iter__(self) -> Iterator[Answer]:
        for result in self._run:
            self._given = result.system_id
            yield self._answer(result)

    @property
    def stopped_by(self) -> EnphaseError | None:
        return self._run.stopped_by

    def finish(self) -> list[Answer]:
        finished = self._run.finished()
        return [self._answer(each) for each in finished if each.system_id != self._given]

    def _question(self, system_id: int) -> dict[str, Question]:
        return {"question": self._questions[system_id]}

    def _answer(self, result: Collected[Answer]) -> Answer:
        return result.value or Answer(self._questions[result.system_id], None, result.error)


@define(eq=False)
class _KeptInGroups:
    _fleet: Fleet
    _store: Store
    _questions: Mapping[int, Question]
    _groups: dict[int, list[Collected[Any]]] = field(init=False)
    _missing: list[int] = field(init=False)
    _group_of: dict[int, int] = field(init=False)
    _run: Collection[Any] = field(init=False)
    _arrived: set[int] = field(factory=set[int])
    _ready: deque[Answer] = field(factory=deque[Answer])
    _kept_at: float = field(factory=lambda: current_clock().monotonic())

    def __attrs_post_init__(self) -> None:
        # The systems of a group follow one another, so that a group is complete early.
        groups = self._store.groups(self._questions)
        self._group_of = {i: number for number, group in enumerate(groups) for i in group}
        self._missing = list(map(len, groups))
        self._groups = {}
        self._run = self._fleet.collect(
            _ask, self._group_of, each=lambda i: {"question": self._questions[i]}
        )

    def __iter__(self) -> Iterator[Answer]:
        for result in self._run:
            number = self._hold(result)
            if current_clock().monotonic() - self._kept_at >= LONGEST_UNKEPT:
                self._keep(*self._groups)
            elif not self._missing[number]:
                self._keep(number)
            while self._ready:
                yield self._ready.popleft()
        self._keep(*self._groups)
        while self._ready:
            yield self._ready.popleft()

    @property
    def stopped_by(self) -> EnphaseError | None:
        return self._run.stopped_by

    def finish(self) -> list[Answer]:
        for result in self._run.finished():
            self._hold(result)
        self._keep(*self._groups)
        answers = list(self._ready)
        self._ready.clear()
        return answers

    def _hold(self, result: Collected[Any]) -> int:
        number = self._group_of[result.system_id]
        if result.system_id not in self._arrived:
            self._arrived.add(result.system_id)
            self._missing[number] -= 1
            self._groups.setdefault(number, []).append(result)
        return number

    def _keep(self, *numbers: int) -> None:
        results = [result for number in numbers for result in self._groups.pop(number)]
        answers = list[Answer]()
        with self._store.transaction():
            for result in results:
                question, asked = self._questions[result.system_id], None
                if result.error is None:
                    asked = question.keep(self._store, result.value, result.read_at)
                answers.append(Answer(question, asked, result.error))
        self._ready += answers
        self._kept_at = current_clock().monotonic()


@define(eq=False)
class _KeptByWorkers:
    _fleet: Fleet
    _store: SharedStore
    _questions: Mapping[int, Question]
    _parts: list[list[Question]] = field(init=False)
    _run: Collection[_Part] = field(init=False)
    _stopped_by: EnphaseError | None = None
    _given: int | None = None

    def __attrs_post_init__(self) -> None:
        self._parts = [
            [self._questions[i] for i in group[start : start + MOST_IN_A_GROUP]]
            for group in self._store.groups(self._questions)
            for start in range(0, len(group), MOST_IN_A_GROUP)
        ]
        # Here the fleet gives each worker a part of a group at a time, instead of a system.
        work = partial(_ask_and_keep_part, self._store)
        self._run = self._fleet.collect(work, range(len(self._parts)), each=self._part)

    def __iter__(self) -> Iterator[Answer]:
        for result in self._run:
            self._given = result.system_id
            yield from self._answers(result)

    @property
    def stopped_by(self) -> EnphaseError | None:
        return self._stopped_by or self._run.stopped_by

    def finish(self) -> list[Answer]:
        finished = self._run.finished()
        return [
            a for each in finished if each.system_id != self._given for a in self._answers(each)
        ]

    def _part(self, number: int) -> dict[str, list[Question]]:
        return {"questions": [] if self._stopped_by else self._parts[number]}

    def _answers(self, result: Collected[_Part]) -> list[Answer]:
        if result.value is None:
            return [Answer(q, None, result.error) for q in self._parts[result.system_id]]
        self._stopped_by = self._stopped_by or result.value.stopped_by
        return result.value.answers


@frozen
class _Part:
    """The results of a worker's questions."""

    answers: list[Answer]
    stopped_by: EnphaseError | None


def _ask(client: Cloud, _: int, *, question: Question) -> Any:
    return question.ask(client)


def _ask_and_keep(store: Store, client: Cloud, _: int, *, question: Question) -> Answer:
    value = question.ask(client)
    return Answer(question, question.keep(store, value, _now()), None)


def _ask_and_keep_part(
    shared: SharedStore, client: Cloud, _: int, *, questions: list[Question]
) -> _Part:
    """In a worker: send the questions one after the other, and store the answers together."""
    answers = list[Answer]()
    stopped_by: EnphaseError | None = None
    if not questions:
        return _Part(answers, stopped_by)
    with shared.open() as store:
        waiting = list[tuple[Question, Any, datetime]]()
        kept_at, doubtful = current_clock().monotonic(), 0
        for question in questions:
            try:
                waiting.append((question, question.ask(client), _now()))
                doubtful = 0
            except HOPELESS as error:
                stopped_by = error
            except EnphaseError as error:
                answers.append(Answer(question, None, error))
                doubtful = doubtful + 1 if isinstance(error, DOUBTFUL) else 0
                stopped_by = error if doubtful == MOST_IN_A_ROW else None
            if stopped_by is not None:
                break
            if current_clock().monotonic() - kept_at >= LONGEST_UNKEPT:
                answers += _keep_all(store, waiting)
                kept_at = current_clock().monotonic()
        answers += _keep_all(store, waiting)
    return _Part(answers, stopped_by)


def _keep_all(store: Store, waiting: list[tuple[Question, Any, datetime]]) -> list[Answer]:
    with store.transaction():
        answers = [Answer(q, q.keep(store, value, at), None) for q, value, at in waiting]
    waiting.clear()
    return answers


def _now() -> datetime:
    return utc(current_clock().time())
