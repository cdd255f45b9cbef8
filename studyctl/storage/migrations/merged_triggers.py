"""Triggers of revision 0005: one for each event of an answer, in place of those of 0003 that it replaces.

A row that is there already is updated; only where `changes()` says that none was is one inserted.
"""

from __future__ import annotations

_AGE = """CASE WHEN new.former_days < 1 THEN 0 WHEN new.former_days < 7 THEN 1 WHEN new.former_days < 21 THEN 2
        WHEN new.former_days < 90 THEN 3 WHEN new.former_days < 365 THEN 4 ELSE 5 END"""
_COUNTED = "{0}.phase = 'review' AND {0}.suspended = 0 AND {0}.due_day IS NOT NULL"
_STARTED = "({0}.phase <> 'new' OR {0}.suspended = 1)"
_RATED = "new.rating = 1, new.rating = 2, new.rating = 3, new.rating = 4"

REPLACED = ("memory_updated_load_before", "memory_updated_load_after", "memory_updated_fresh", "answer_logged")

TRIGGERS = {
    "memory_updated": f"""AFTER UPDATE ON memory
    WHEN new.kind = 'card' AND EXISTS (SELECT 1 FROM card WHERE id = new.subject) BEGIN
    UPDATE due_load SET cards = cards - 1 WHERE {_COUNTED.format("old")} AND day = old.due_day;
    DELETE FROM due_load WHERE {_COUNTED.format("old")} AND day = old.due_day AND cards = 0;
    UPDATE due_load SET cards = cards + 1 WHERE {_COUNTED.format("new")} AND day = new.due_day;
    INSERT INTO due_load (day, cards) SELECT new.due_day, 1 WHERE changes() = 0 AND {_COUNTED.format("new")};
    UPDATE card SET fresh = NOT {_STARTED.format("new")}
    WHERE {_STARTED.format("new")} <> {_STARTED.format("old")} AND id = new.subject; END""",
    "answer_logged": f"""AFTER INSERT ON review_log WHEN new.act = 'answer' AND new.undoes IS NULL BEGIN
    UPDATE review_stats SET again = again + (new.rating = 1), hard = hard + (new.rating = 2),
        good = good + (new.rating = 3), easy = easy + (new.rating = 4), ms = ms + new.duration_ms
    WHERE day = new.day AND hour = new.hour AND phase = new.phase AND age = {_AGE};
    INSERT INTO review_stats (day, hour, phase, age, again, hard, good, easy, ms)
    SELECT new.day, new.hour, new.phase, {_AGE}, {_RATED}, new.duration_ms WHERE changes() = 0;
    INSERT INTO topic_stats (topic, day, answers, passed)
    SELECT topic, new.day, 1, new.rating > 1 FROM card_topic WHERE card_id = new.card_id
    ON CONFLICT (day, topic) DO UPDATE SET answers = answers + 1, passed = passed + excluded.passed; END""",
}


def statements() -> list[str]:
    """DROP TRIGGER and CREATE TRIGGER statements."""
    dropped = [f"DROP TRIGGER {name}" for name in REPLACED]
    return dropped + [f"CREATE TRIGGER {name} {body}" for name, body in TRIGGERS.items()]
