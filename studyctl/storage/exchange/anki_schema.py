"""Anki's schema 11, which it still writes and reads: the tables of `collection.anki2`, the JSON in its `col` row."""

from __future__ import annotations

import json
from typing import Any

MODEL_ID = 1_577_880_000_001
MODEL_NAME = "studyctl"
SOURCE_FIELD = "studyctl"
FIELDS = ("Front", "Back", SOURCE_FIELD)
DEFAULT_DECK_ID = 1
CREATED_KEY = "studyctlCreated"
_DEFAULT_DECK = "Default"

TABLES = """
CREATE TABLE col (id integer PRIMARY KEY, crt integer NOT NULL, mod integer NOT NULL, scm integer NOT NULL,
  ver integer NOT NULL, dty integer NOT NULL, usn integer NOT NULL, ls integer NOT NULL, conf text NOT NULL,
  models text NOT NULL, decks text NOT NULL, dconf text NOT NULL, tags text NOT NULL);
CREATE TABLE notes (id integer PRIMARY KEY, guid text NOT NULL, mid integer NOT NULL, mod integer NOT NULL,
  usn integer NOT NULL, tags text NOT NULL, flds text NOT NULL, sfld integer NOT NULL, csum integer NOT NULL,
  flags integer NOT NULL, data text NOT NULL);
CREATE TABLE cards (id integer PRIMARY KEY, nid integer NOT NULL, did integer NOT NULL, ord integer NOT NULL,
  mod integer NOT NULL, usn integer NOT NULL, type integer NOT NULL, queue integer NOT NULL, due integer NOT NULL,
  ivl integer NOT NULL, factor integer NOT NULL, reps integer NOT NULL, lapses integer NOT NULL,
  left integer NOT NULL, odue integer NOT NULL, odid integer NOT NULL, flags integer NOT NULL, data text NOT NULL);
CREATE TABLE revlog (id integer PRIMARY KEY, cid integer NOT NULL, usn integer NOT NULL, ease integer NOT NULL,
  ivl integer NOT NULL, lastIvl integer NOT NULL, factor integer NOT NULL, time integer NOT NULL,
  type integer NOT NULL);
CREATE TABLE graves (usn integer NOT NULL, oid integer NOT NULL, type integer NOT NULL);
CREATE INDEX ix_notes_usn ON notes (usn);
CREATE INDEX ix_cards_usn ON cards (usn);
CREATE INDEX ix_revlog_usn ON revlog (usn);
CREATE INDEX ix_cards_nid ON cards (nid);
CREATE INDEX ix_cards_sched ON cards (did, queue, due);
CREATE INDEX ix_revlog_cid ON revlog (cid);
CREATE INDEX ix_notes_csum ON notes (csum);
"""

_CSS = """.card { font-family: arial; font-size: 20px; line-height: 1.5; color: black; background-color: white; }
pre { text-align: left; }
"""


def col_row(
    created: int, changed_ms: int, decks: dict[int, str], rollover_hour: int, zone_offset: int, exact_ms: int | None
) -> tuple[Any, ...]:
    """The one row of `col`.

    `created` is in epoch seconds; `changed_ms` and `exact_ms`, the creation as we know it, in epoch milliseconds;
    `zone_offset` in minutes ahead of UTC.
    """
    conf = _settings(rollover_hour, zone_offset)
    if exact_ms is not None:
        conf[CREATED_KEY] = exact_ms
    named = {DEFAULT_DECK_ID: _DEFAULT_DECK} | decks
    changed = changed_ms // 1000
    return (
        1,
        created,
        changed_ms,
        changed_ms,
        11,
        0,
        0,
        0,
        json.dumps(conf),
        json.dumps({str(MODEL_ID): _model(changed)}),
        json.dumps({str(number): _deck(number, name, changed) for number, name in named.items()}),
        json.dumps({"1": _options()}),
        "{}",
    )


def _settings(rollover_hour: int, zone_offset: int) -> dict[str, Any]:
    return {
        "schedVer": 2,
        "sched2021": True,
        "creationOffset": -zone_offset,
        "rollover": rollover_hour,
        "curDeck": DEFAULT_DECK_ID,
        "activeDecks": [DEFAULT_DECK_ID],
        "curModel": MODEL_ID,
        "nextPos": 1,
        "sortType": "noteFld",
        "sortBackwards": False,
        "collapseTime": 1200,
        "newSpread": 0,
        "addToCur": True,
        "timeLim": 0,
        "dueCounts": True,
        "estTimes": True,
        "dayLearnFirst": False,
    }


def _model(changed: int) -> dict[str, Any]:
    template = {
        "name": "Card 1",
        "ord": 0,
        "qfmt": "{{Front}}",
        "afmt": "{{FrontSide}}\n\n<hr id=answer>\n\n{{Back}}",
        "bqfmt": "",
        "bafmt": "",
        "did": None,
        "bfont": "",
        "bsize": 0,
    }
    return {
        "id": MODEL_ID,
        "name": MODEL_NAME,
        "type": 0,
        "mod": changed,
        "usn": 0,
        "sortf": 0,
        "did": None,
        "tmpls": [template],
        "flds": [_field(name, order) for order, name in enumerate(FIELDS)],
        "css": _CSS,
        "latexPre": "",
        "latexPost": "",
        "latexsvg": False,
        "req": [[0, "any", [0]]],
    }


def _field(name: str, order: int) -> dict[str, Any]:
    machine = name == SOURCE_FIELD
    return {
        "name": name,
        "ord": order,
        "sticky": False,
        "rtl": False,
        "font": "Arial",
        "size": 12 if machine else 20,
        "description": "Written by studyctl; leave it as it is." if machine else "",
        "plainText": machine,
        "collapsed": machine,
        "excludeFromSearch": machine,
    }


def _deck(number: int, name: str, changed: int) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "mod": changed,
        "usn": 0,
        "lrnToday": [0, 0],
        "revToday": [0, 0],
        "newToday": [0, 0],
        "timeToday": [0, 0],
        "collapsed": True,
        "browserCollapsed": True,
        "desc": "",
        "dyn": 0,
        "conf": 1,
        "extendNew": 0,
        "extendRev": 0,
    }


def _options() -> dict[str, Any]:
    new = {"bury": True, "delays": [1.0, 10.0], "initialFactor": 2500, "ints": [1, 4, 0], "order": 1, "perDay": 20}
    review = {"bury": True, "ease4": 1.3, "ivlFct": 1.0, "maxIvl": 36500, "perDay": 200, "hardFactor": 1.2}
    lapse = {"delays": [10.0], "leechAction": 0, "leechFails": 8, "minInt": 1, "mult": 0.0}
    return {
        "id": 1,
        "name": "Default",
        "mod": 0,
        "usn": 0,
        "maxTaken": 60,
        "autoplay": True,
        "timer": 0,
        "replayq": True,
        "dyn": False,
        "new": new,
        "rev": review,
        "lapse": lapse,
    }
