"""What the terms of a search for cards mean now: days and labs by name, today, the forgetting curve in force."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import TypeVar

from studyctl.content.cards import OWN_DAY
from studyctl.content.decks import OWN
from studyctl.domain.card_query import Query, terms_of
from studyctl.domain.forgetting import Forgetting
from studyctl.domain.query_terms import Field, Is, Named, QueryError, State
from studyctl.domain.weights import DEFAULT_WEIGHTS
from studyctl.errors import AmbiguousAddressError, StudyError
from studyctl.services.context import Context
from studyctl.services.resolve import Resolver
from studyctl.storage.repositories.card_conditions import Facts, LabScope
from studyctl.storage.repositories.cards import all_topics
from studyctl.storage.repositories.queue import done_on
from studyctl.storage.repositories.settings import load_settings
from studyctl.storage.unit_of_work import Connection

T = TypeVar("T")


def facts_for(context: Context, connection: Connection, query: Query) -> Facts:
    """Look up what the query names.

    Raises:
        QueryError: no such day or lab, or one that could be several; says where in the query.
    """
    settings = load_settings(connection)
    moment = context.moment(settings)
    terms = list(terms_of(query))
    named = [term for term in terms if isinstance(term, Named)]
    buried = Is(State.BURIED) in terms
    return Facts(
        day=moment.day,
        millis=moment.millis,
        wait=_wait(settings.fsrs_weights),
        own=f"{OWN}/",
        dialect=connection.dialect.name,
        days={str(term.pattern): _at(term, _days, context) for term in named if term.field is Field.DAY},
        labs={str(term.pattern): _at(term, _lab, context) for term in named if term.field is Field.LAB},
        buried=done_on(connection, moment.day).waiting if buried else frozenset(),
    )


def unknown_tags(connection: Connection, query: Query) -> str:
    """A sentence for the first tag of the query that no card has; empty where there is none."""
    topics = all_topics(connection)
    for term in terms_of(query):
        if isinstance(term, Named) and term.field is Field.TAG and len(term.pattern.pieces) == 1:
            tag = str(term.pattern).casefold()
            if tag not in {topic.casefold() for topic in topics}:
                near = get_close_matches(tag, topics, n=1)
                return f"No card has the tag {tag}." + (f" Did you mean tag:{near[0]}?" if near else "")
    return ""


def _wait(weights: tuple[float, ...] | None) -> Callable[[float], float]:
    def wait(recall: float) -> float:
        return Forgetting(weights or DEFAULT_WEIGHTS).interval(1.0, recall)

    return wait


def _at(term: Named, look: Callable[[Context, str], T], context: Context) -> T:
    try:
        return look(context, str(term.pattern))
    except AmbiguousAddressError as error:
        choices = " or ".join(f"{term.field.value}:{choice.split()[-1]}" for choice in error.choices)
        raise QueryError(term.column, error.message.rstrip("."), f"Type {choices}.") from error
    except StudyError as error:
        raise QueryError(term.column, error.message.rstrip("."), error.hint) from error


def _days(context: Context, text: str) -> tuple[str, ...]:
    if text in context.library.tracks or text == OWN_DAY.track:
        return (f"{text}/",)
    return (str(Resolver(context).day(text).address),)


def _lab(context: Context, text: str) -> LabScope:
    labs = context.library.labs
    if text not in labs and (near := get_close_matches(text, labs, n=1)):
        raise StudyError(f"there is no lab {text!r}", f"Did you mean lab:{near[0]}? `studyctl lab list` shows all.")
    lab = Resolver(context).lab(text).lab
    return LabScope(lab.slug, lab.topics, tuple(str(day) for day in lab.serves))
