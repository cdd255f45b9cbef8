"""Actions of review, cards, statistics and mock interviews."""

from __future__ import annotations

from studyctl.tui.actions.action import Action, Scope

REVIEW = (
    Action("review.reveal", ("space",), "reveal", "Turn the card", Scope.REVIEW, "reveal"),
    Action("review.again", ("1",), "again", "Not recalled", Scope.REVIEW, "rate(1)", False),
    Action("review.hard", ("2",), "hard", "Recalled with trouble", Scope.REVIEW, "rate(2)", False),
    Action("review.good", ("3",), "good", "Recalled", Scope.REVIEW, "rate(3)", False),
    Action("review.easy", ("4",), "easy", "Recalled at once", Scope.REVIEW, "rate(4)", False),
    Action("review.go_on", ("enter",), "go on", "Turn the card; then give the marked rating", Scope.REVIEW, "go_on"),
    Action("review.edit", ("e",), "edit", "The text of the card in your own editor", Scope.REVIEW, "edit"),
    Action("review.suspend", ("-",), "suspend", "Ask the card no more; undo asks it again", Scope.REVIEW, "suspend"),
    Action("review.flag", ("!",), "flag", "Call the card bad, with a note; or take that back", Scope.REVIEW, "flag"),
    Action("review.practice", ("R",), "practice", "Where nothing is due: cards for practice", Scope.REVIEW, "practice"),
    Action(
        "review.swap",
        ("tab",),
        "line / keys",
        "Out of the line for the answer, or into it",
        Scope.REVIEW,
        "swap",
    ),
)

BROWSER = (
    Action("browser.open", ("enter",), "open", "The card over the whole screen, and back", Scope.BROWSER, "open"),
    Action("browser.suspend", ("-",), "suspend", "Ask the card no more, or again", Scope.BROWSER, "suspend"),
    Action("browser.flag", ("!",), "flag", "Flag the card with a note, or take its flag off", Scope.BROWSER, "flag"),
    Action("browser.edit", ("e",), "edit", "The text of the card in your own editor", Scope.BROWSER, "edit"),
    Action("browser.practice", ("R",), "practice", "Ask the cards of the query", Scope.BROWSER, "practice"),
    Action("browser.order", ("O",), "order", "Another order of the list", Scope.BROWSER, "order"),
    Action("browser.swap", ("tab",), "query / cards", "Between the query and the list", Scope.BROWSER, "swap"),
)

STATISTICS = (
    Action("statistics.page", ("tab",), "page", "The next page", Scope.STATISTICS, "turn(1)"),
    Action("statistics.page_back", ("shift+tab",), "page back", "The page before", Scope.STATISTICS, "turn(-1)", False),
    Action("statistics.shorter", ("left",), "shorter", "A shorter span of days", Scope.STATISTICS, "span(-1)"),
    Action("statistics.longer", ("right",), "longer", "A longer span: 30, 90, 365 days", Scope.STATISTICS, "span(1)"),
)

_SURE = ("guessing", "doubtful", "half sure", "fairly sure", "certain")

INTERVIEW = (
    Action(
        "interview.finish", ("f5",), "finished", "Stop the clock; confidence is asked next", Scope.INTERVIEW, "finish"
    ),
    Action("interview.mode", ("f4",), "typed/spoken", "Type the answer, or speak it", Scope.INTERVIEW, "switch_mode"),
    *(
        Action(
            f"interview.confidence{n}",
            (str(n),),
            "how sure",
            f"Confidence before the key points: {word}",
            Scope.INTERVIEW,
            f"confidence({n})",
            n == 1,
            "1-5" if n == 1 else "",
        )
        for n, word in enumerate(_SURE, start=1)
    ),
    Action(
        "interview.tick", ("space",), "tick", "The answer contained this key point, or not", Scope.INTERVIEW, "tick"
    ),
    Action("interview.next", ("enter",), "go on", "Score the ticks; then the next question", Scope.INTERVIEW, "go_on"),
    Action(
        "interview.attempts", ("z",), "attempts", "Unfold earlier attempts, or fold them", Scope.INTERVIEW, "unfold"
    ),
)
