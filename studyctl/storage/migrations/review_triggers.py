"""Triggers that keep the sums of `derived_tables.py` right on SQLite, whoever writes. Revision 0003 creates them."""

from __future__ import annotations

_COUNTED = (
    "{0}.kind = 'card' AND {0}.phase = 'review' AND {0}.suspended = 0 AND {0}.due_day IS NOT NULL "
    "AND EXISTS (SELECT 1 FROM card WHERE id = {0}.subject)"
)
_COUNTED_OF_CARD = "subject = {0}.id AND kind = 'card' AND phase = 'review' AND suspended = 0 AND due_day IS NOT NULL"
_STARTED = "({0}.phase <> 'new' OR {0}.suspended = 1)"
_ONE_MORE = """
    INSERT INTO due_load (day, cards) VALUES (new.due_day, 1) ON CONFLICT (day) DO UPDATE SET cards = cards + 1;
"""
_ONE_LESS = """
    UPDATE due_load SET cards = cards - 1 WHERE day = old.due_day;
    DELETE FROM due_load WHERE day = old.due_day AND cards = 0;
"""
_AGE = """CASE WHEN new.former_days < 1 THEN 0 WHEN new.former_days < 7 THEN 1 WHEN new.former_days < 21 THEN 2
        WHEN new.former_days < 90 THEN 3 WHEN new.former_days < 365 THEN 4 ELSE 5 END"""
_STANDING = """card_id = {0}.card_id AND act = 'answer' AND undoes IS NULL
    AND NOT EXISTS (SELECT 1 FROM review_log AS taken WHERE taken.undoes = line.id)"""
_ADD_STATS = """
    ON CONFLICT (day, hour, phase, age) DO UPDATE SET again = again + excluded.again, hard = hard + excluded.hard,
        good = good + excluded.good, easy = easy + excluded.easy, ms = ms + excluded.ms;
"""
_ADD_TOPICS = """
    ON CONFLICT (day, topic) DO UPDATE SET answers = answers + excluded.answers, passed = passed + excluded.passed;
"""


def _log_body(sign: str) -> str:
    counts = ", ".join(f"{sign}(new.rating = {rating})" for rating in (1, 2, 3, 4))
    return f"""
    INSERT INTO review_stats (day, hour, phase, age, again, hard, good, easy, ms)
    VALUES (new.day, new.hour, new.phase, {_AGE}, {counts}, {sign}new.duration_ms) {_ADD_STATS}
    INSERT INTO topic_stats (topic, day, answers, passed)
    SELECT topic, new.day, {sign}1, {sign}(new.rating > 1) FROM card_topic WHERE card_id = new.card_id {_ADD_TOPICS}
    """


def _history(row: str, sign: str) -> str:
    return f"""
    INSERT INTO topic_stats (topic, day, answers, passed)
    SELECT {row}.topic, day, {sign}count(*), {sign}sum(rating > 1) FROM review_log AS line
    WHERE {_STANDING.format(row)} GROUP BY day {_ADD_TOPICS}
    """


TRIGGERS = {
    "memory_inserted_load": f"AFTER INSERT ON memory WHEN {_COUNTED.format('new')} BEGIN {_ONE_MORE} END",
    "memory_deleted_load": f"AFTER DELETE ON memory WHEN {_COUNTED.format('old')} BEGIN {_ONE_LESS} END",
    "memory_updated_load_before": f"AFTER UPDATE ON memory WHEN {_COUNTED.format('old')} BEGIN {_ONE_LESS} END",
    "memory_updated_load_after": f"AFTER UPDATE ON memory WHEN {_COUNTED.format('new')} BEGIN {_ONE_MORE} END",
    "memory_inserted_fresh": f"""AFTER INSERT ON memory WHEN new.kind = 'card' AND {_STARTED.format("new")} BEGIN
    UPDATE card SET fresh = 0 WHERE id = new.subject; END""",
    "memory_updated_fresh": f"""AFTER UPDATE ON memory
    WHEN new.kind = 'card' AND {_STARTED.format("new")} <> {_STARTED.format("old")} BEGIN
    UPDATE card SET fresh = NOT {_STARTED.format("new")} WHERE id = new.subject; END""",
    "memory_deleted_fresh": """AFTER DELETE ON memory WHEN old.kind = 'card' BEGIN
    UPDATE card SET fresh = 1 WHERE id = old.subject; END""",
    "card_inserted": f"""AFTER INSERT ON card BEGIN
    UPDATE card SET fresh = NOT EXISTS (
        SELECT 1 FROM memory WHERE subject = new.id AND kind = 'card' AND {_STARTED.format("memory")}
    ) WHERE id = new.id;
    INSERT INTO due_load (day, cards) SELECT due_day, 1 FROM memory WHERE {_COUNTED_OF_CARD.format("new")}
    ON CONFLICT (day) DO UPDATE SET cards = cards + 1; END""",
    "card_deleted": f"""AFTER DELETE ON card BEGIN
    UPDATE due_load SET cards = cards - 1
    WHERE day = (SELECT due_day FROM memory WHERE {_COUNTED_OF_CARD.format("old")});
    DELETE FROM due_load
    WHERE cards = 0 AND day = (SELECT due_day FROM memory WHERE {_COUNTED_OF_CARD.format("old")}); END""",
    "answer_logged": f"""AFTER INSERT ON review_log WHEN new.act = 'answer' AND new.undoes IS NULL BEGIN
    {_log_body("")} END""",
    "answer_taken_back": f"""AFTER INSERT ON review_log WHEN new.act = 'answer' AND new.undoes IS NOT NULL BEGIN
    {_log_body("-")}
    DELETE FROM review_stats WHERE day = new.day AND hour = new.hour AND phase = new.phase
    AND again + hard + good + easy = 0;
    DELETE FROM topic_stats WHERE answers = 0 AND day = new.day
    AND topic IN (SELECT topic FROM card_topic WHERE card_id = new.card_id); END""",
    "topic_inserted": f"AFTER INSERT ON card_topic BEGIN {_history('new', '')} END",
    "topic_deleted": f"""AFTER DELETE ON card_topic BEGIN {_history("old", "-")}
    DELETE FROM topic_stats WHERE topic = old.topic AND answers = 0
    AND day IN (SELECT day FROM review_log WHERE card_id = old.card_id); END""",
}


def statements() -> list[str]:
    """CREATE TRIGGER statements."""
    return [f"CREATE TRIGGER {name} {body}" for name, body in TRIGGERS.items()]
