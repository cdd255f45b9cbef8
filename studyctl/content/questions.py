"""Reads mock-interview questions."""

from __future__ import annotations

from studyctl.content.toml_file import TomlTable
from studyctl.domain.address import parse_item_id
from studyctl.domain.interview import KeyPoint, Question
from studyctl.errors import UsageError


def read_questions(file: TomlTable) -> list[Question]:
    """All questions of one file, in order.

    Raises:
        ContentError: with file and line.
    """
    file.only("schema", "question")
    questions = []
    for table in file.tables("question"):
        table.only("item", "prompt", "minutes", "topics", "model_answer", "sources", "key_point")
        item = table.text("item")
        try:
            day, _kind, _number = parse_item_id(item)
        except UsageError as error:
            raise table.error(error.message, "item") from error
        points = [_key_point(point) for point in table.tables("key_point")]
        if not points:
            raise table.error("a question needs at least one [[question.key_point]].")
        questions.append(
            Question(
                id=item,
                day=day,
                prompt=table.text("prompt").strip(),
                minutes=table.integer("minutes", 5),
                key_points=tuple(points),
                model_answer=table.text("model_answer").strip(),
                sources=table.texts("sources"),
                topics=table.texts("topics", ()),
            )
        )
    return questions


def _key_point(table: TomlTable) -> KeyPoint:
    weight = table.integer("weight", 1)
    if weight < 1:
        raise table.error(f"the weight of a key point is at least 1, not {weight}.", "weight")
    return KeyPoint(table.text("text"), weight)
