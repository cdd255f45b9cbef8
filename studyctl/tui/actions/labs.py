"""Actions of labs, their predictions and their cards."""

from __future__ import annotations

from studyctl.tui.actions.action import Action, Scope

LABS = (Action("labs.open", ("enter",), "open", "Open the lab's page", Scope.LABS, "open"),)

LAB = (
    Action("lab.run", ("enter",), "run", "Grade the file in the workspace; on a record: show it", Scope.LAB, "run"),
    Action("lab.begin", ("b",), "begin", "Copy the starter to the workspace; never overwrites", Scope.LAB, "begin"),
    Action("lab.cancel", ("c",), "cancel", "End the run and everything that it started", Scope.LAB, "cancel"),
    Action("lab.records", ("o",), "records", "Results of former runs", Scope.LAB, "records"),
    Action("lab.hint", ("h",), "hint", "The next hint; each costs more, and later records say so", Scope.LAB, "hint"),
    Action("lab.page", ("w",), "page/run", "Between the lab's page and its run", Scope.LAB, "turn"),
    Action("lab.predict", ("P",), "predict", "Say what you expect of the figures before a run", Scope.LAB, "predict"),
    Action("lab.keep", ("K",), "keep", "Make cards of the figures of a run that passed", Scope.LAB, "keep"),
)

PREDICT = (
    Action("predict.save", ("enter",), "save", "Keep what stands in the fields", Scope.PREDICT, "save"),
    Action("predict.next", ("tab",), "next", "Next figure", Scope.PREDICT, "app.focus_next"),
)

LAB_CARDS = (
    Action("lab_cards.choose", ("space",), "choose", "Choose the card, or not", Scope.LAB_CARDS, "choose"),
    Action("lab_cards.add", ("enter",), "add", "Add the chosen cards to your deck", Scope.LAB_CARDS, "add"),
    Action("lab_cards.swap", ("tab",), "list / card", "Between list and card", Scope.LAB_CARDS, "app.focus_next"),
)
