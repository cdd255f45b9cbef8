"""The knowledge map as coverage: what there is to learn a topic with, and how well it is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from studyctl.domain.cards import Phase
from studyctl.domain.knowledge import Branch, MapLine, Topic
from studyctl.domain.labs import Verdict
from studyctl.errors import NotFoundError
from studyctl.services.context import Context
from studyctl.services.schedulers import scheduler_for
from studyctl.services.standing import load_standing
from studyctl.storage.repositories.cards import cards_by_topic
from studyctl.storage.repositories.interview_log import attempts
from studyctl.storage.repositories.lab_records import verdicts
from studyctl.storage.repositories.memory import Subject, all_memory


@dataclass(frozen=True)
class TopicCoverage:
    """What teaches a topic (ids), and what the learner has of it.

    `recall` is the mean probability of recalling its cards today, new cards counted as 0; None without cards.
    """

    topic: Topic
    days: tuple[str, ...]
    lessons: tuple[str, ...]
    cards: tuple[str, ...]
    questions: tuple[str, ...]
    labs: tuple[str, ...]
    days_closed: int
    cards_seen: int
    questions_answered: int
    labs_passed: int
    recall: float | None

    @property
    def empty(self) -> bool:
        """True where nothing teaches it."""
        return not (self.days or self.lessons or self.cards or self.questions or self.labs)


@dataclass(frozen=True)
class BranchCoverage:
    """A branch with its topics; it is shown even where nothing teaches them yet."""

    branch: Branch
    topics: tuple[TopicCoverage, ...]

    @property
    def covered(self) -> int:
        """Topics that something teaches."""
        return sum(not topic.empty for topic in self.topics)


@dataclass(frozen=True)
class MapView:
    """The whole map."""

    branches: tuple[BranchCoverage, ...]
    lines: tuple[MapLine, ...]

    def topic(self, topic_id: str) -> TopicCoverage:
        """One topic.

        Raises:
            NotFoundError: no such topic.
        """
        for branch in self.branches:
            for topic in branch.topics:
                if topic.topic.id == topic_id:
                    return topic
        raise NotFoundError(f"The map has no topic {topic_id!r}.", "`studyctl map` lists the topics by branch.")


@dataclass(frozen=True)
class _Known:
    """The learner's side, read once: what was done, and all cards (own ones as well) by topic."""

    closed: set[str]
    recall: dict[str, float]
    answered: set[str]
    passed: set[str]
    cards: dict[str, tuple[str, ...]]


class MapService:
    """Joins the map with what the library teaches and what the learner has done."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def view(self) -> MapView:
        """Coverage of every topic."""
        library, known = self._context.library, self._known()
        days = [day for track in library.tracks for day in library.days(track)]
        lessons = [library.lesson(address) for address in library.lessons]
        by_kind = {
            "days": _by_topic((str(day.address), day.topics) for day in days),
            "lessons": _by_topic((str(lesson.address), lesson.topics) for lesson in lessons),
            "cards": known.cards,
            "questions": _by_topic((question.id, question.topics) for question in library.questions.values()),
            "labs": _by_topic((lab.slug, lab.topics) for lab in library.labs.values()),
        }
        branches = []
        for branch in library.map.branches:
            topics = library.map.of_branch(branch.id)
            taught = [
                _coverage(topic, {kind: ids.get(topic.id, ()) for kind, ids in by_kind.items()}, known)
                for topic in topics
            ]
            branches.append(BranchCoverage(branch, tuple(taught)))
        return MapView(tuple(branches), library.map.lines)

    def _known(self) -> _Known:
        self._context.shelf.sync()
        settings = self._context.settings()
        with self._context.database.read() as connection:
            cards = cards_by_topic(connection)
            standing = load_standing(connection, self._context)
            memory = all_memory(connection, Subject.CARD)
            answered = {attempt.question_id for attempt in attempts(connection)}
            passed = {slug for slug, found in verdicts(connection).items() if Verdict.PASSED in found}
        scheduler, day = scheduler_for(settings), self._context.moment(settings).day
        recall = {
            card: scheduler.retrievability(state, day) for card, state in memory.items() if state.phase is not Phase.NEW
        }
        return _Known(set(standing.closed), recall, answered, passed, cards)


def _by_topic(pairs: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, topics in pairs:
        for topic in topics:
            found.setdefault(topic, []).append(name)
    return {topic: tuple(names) for topic, names in found.items()}


def _coverage(topic: Topic, ids: dict[str, tuple[str, ...]], known: _Known) -> TopicCoverage:
    cards = ids["cards"]
    return TopicCoverage(
        topic=topic,
        **ids,
        days_closed=sum(day in known.closed for day in ids["days"]),
        cards_seen=sum(card in known.recall for card in cards),
        questions_answered=sum(question in known.answered for question in ids["questions"]),
        labs_passed=sum(lab in known.passed for lab in ids["labs"]),
        recall=sum(known.recall.get(card, 0.0) for card in cards) / len(cards) if cards else None,
    )
