"""Runs in the worker of each rank: hands the learner's functions a communicator, over the wire or over gloo."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graders.arena import Slot
from graders.loading import describe
from graders.protocol import Body
from graders.session import Handler, Session
from graders.wire_driver import Communicator, WireEnd


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer."""
    end = WireEnd(session, str(solution.__file__))

    def all_reduce(request: Body) -> None:
        def body() -> Body:
            run_one(solution, session, Communicator(end), request)
            return {}

        end.start(request, body)

    def formulas(request: Body) -> Body:
        return {"values": [_number(case[0], getattr(solution, case[0])(*case[1:])) for case in request["cases"]]}

    def gloo(request: Body) -> Body:
        return run_gloo(solution, session, request)

    return {"all_reduce": all_reduce, "formulas": formulas, "gloo": gloo, **end.handlers()}


def run_one(solution: ModuleType, session: Session, comm: Any, request: Body) -> None:
    """Call one of the learner's functions on this rank's array and store what it returns."""
    name = request["function"]
    out = session.arena.view(Slot.parse(request["out"]))
    answer = getattr(solution, name)(comm, session.arena.view(Slot.parse(request["x"])))
    if not isinstance(answer, np.ndarray) or answer.dtype != np.float32 or answer.shape != out.shape:
        got = f"{answer.dtype}{list(answer.shape)}" if isinstance(answer, np.ndarray) else type(answer).__name__
        raise TypeError(f"{name} returns a numpy array float32{list(out.shape)}, got {got}")
    out[...] = answer


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.floating | np.integer):
        raise TypeError(f"{name} returns a number, got {type(value).__name__}")
    return float(value)


class GlooCommunicator:
    """The same interface over gloo. Sends go out at once and are awaited at the end, so that they never block."""

    def __init__(self, rank: int, size: int) -> None:
        self.rank = rank
        self.size = size
        self._sends: list[tuple[Any, Any]] = []  # a tensor has to live until its send is complete

    def send(self, target: int, array: NDArray[Any]) -> None:
        """Send a copy; its length goes ahead because a receive must know its size."""
        import torch
        import torch.distributed as dist

        data = torch.from_numpy(np.array(array))
        for tensor in (torch.tensor([data.numel()]), data):
            if tensor.numel():
                self._sends.append((tensor, dist.isend(tensor, target)))

    def recv(self, source: int) -> NDArray[Any]:
        """Receive one array, one-dimensional float32."""
        import torch
        import torch.distributed as dist

        length = torch.zeros(1, dtype=torch.int64)
        dist.recv(length, source)
        data = torch.empty(int(length))
        if data.numel():
            dist.recv(data, source)
        return np.array(data.numpy())

    def flush(self) -> None:
        """Wait until everything has been sent."""
        for _, work in self._sends:
            work.wait()
        self._sends = []


def run_gloo(solution: ModuleType, session: Session, request: Body) -> Body:
    """Fork one process per rank inside this worker, where loopback is all the network there is, and await them all."""
    import torch.distributed  # noqa: F401  # before the fork: once instead of once for each rank

    children = []
    for rank in range(len(request["ranks"])):
        child = os.fork()
        if child == 0:
            os._exit(_gloo_rank(solution, session, request, rank))
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    return {"codes": codes}


def _gloo_rank(solution: ModuleType, session: Session, request: Body, rank: int) -> int:
    try:
        _talk(solution, session, request, rank)
    except (Exception, SystemExit) as error:
        session.error(f"rank {rank} over gloo: {describe(error, str(solution.__file__))}")
        return 1
    return 0


def _talk(solution: ModuleType, session: Session, request: Body, rank: int) -> None:
    import torch
    import torch.distributed as dist

    torch.set_num_threads(1)
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    size = len(request["ranks"])
    store = dist.FileStore("rendezvous", size)  # type: ignore[attr-defined]
    dist.init_process_group("gloo", store=store, rank=rank, world_size=size)
    comm = GlooCommunicator(rank, size)
    for number, case in enumerate(request["ranks"][rank]):
        dist.barrier()
        if rank == 0:
            session.item(case=number, mark="begin")
        run_one(solution, session, comm, case)
        comm.flush()
        dist.barrier()
        if rank == 0:
            session.item(case=number, mark="own")
        data = torch.from_numpy(session.arena.view(Slot.parse(case["x"])).copy())
        dist.all_reduce(data)
        session.arena.view(Slot.parse(case["library"]))[...] = data.numpy()
        dist.barrier()
        if rank == 0:
            session.item(case=number, mark="library")
    dist.destroy_process_group()
