"""Carries a traced kernel from the worker to the referee: instructions in the arena, the rest in the reply."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from graders import answers
from graders.arena import Slot
from graders.errors import SolutionError
from graders.process import Worker
from graders.protocol import Body
from graders.session import Handler, Session
from graders.simt.launch import Launch
from graders.simt.machine import Floats, Report, execute
from graders.simt.program import COLUMNS, MalformedProgramError, Program
from graders.simt.tracing import trace

MOST_ROWS = 1 << 17  # warp instructions of one launch
MOST_CONSTANTS = 4096
CALL_SECONDS = 20.0


def trace_handler(solution: ModuleType, session: Session) -> Handler:
    """In the worker: the handler of the request ``trace``."""

    def answer(request: Body) -> Body:
        program = trace(getattr(solution, request["kernel"]), Launch.parse(request["launch"]), request["arguments"])
        if len(program.constants) > MOST_CONSTANTS:
            raise ValueError(f"the kernel uses {len(program.constants):,} constants, at most {MOST_CONSTANTS:,}")
        rows = program.pack(session.arena.view(Slot.parse(request["rows"])))
        constants = session.arena.view(Slot.parse(request["constants"]))
        constants[: len(program.constants)] = program.constants
        return {"rows": rows, "constants": len(program.constants), "shared": list(program.shared)}

    return answer


class Kernels:
    """In the referee: the kernels of one worker's solution, traced there and executed here."""

    def __init__(self, worker: Worker, *, rows: int = MOST_ROWS) -> None:
        self._worker = worker
        self._rows = worker.arena.place("int32", (rows, COLUMNS))
        self._constants = worker.arena.place("float32", (MOST_CONSTANTS,))

    def launch(
        self, kernel: str, launch: Launch, arguments: Sequence[Floats | int], *, timeout: float = CALL_SECONDS
    ) -> Report:
        """Run a kernel: arrays (flat float32) are its global memory, changed in place; ints are passed as they are.

        The worker learns the ints and how many arrays there are, nothing else. Raises SubmissionError.
        """
        memory = [each for each in arguments if not isinstance(each, int)]
        reply = self._worker.call(
            "trace",
            timeout=timeout,
            kernel=kernel,
            launch=launch.as_dict(),
            arguments=[each if isinstance(each, int) else None for each in arguments],
            rows=self._rows.describe(),
            constants=self._constants.describe(),
        )
        try:
            return execute(self._read(reply.body), launch, memory)
        except MalformedProgramError as error:
            raise SolutionError(str(error)) from error

    def _read(self, body: dict[str, Any]) -> Program:
        rows, constants = answers.integer(body, "rows"), answers.integer(body, "constants")
        shared = answers.integers(body, "shared")
        if not (0 <= rows <= self._rows.shape[0] and 0 <= constants <= MOST_CONSTANTS and len(shared) <= 64):
            raise MalformedProgramError("the traced kernel is larger than its place in the arena")
        view, values = self._worker.arena.view(self._rows), self._worker.arena.view(self._constants)
        return Program.unpack(view[:rows], shared, values[:constants])
