"""A deterministic SIMT machine: runs a learner's kernel as warps of 32 lanes and counts what each access costs.

The worker calls the kernel once for each thread with values that stand for registers, so that what comes out is a
program: warp instructions with an active mask and one address for each lane (``tracing``, ``merging``). The referee
executes that program on arrays which the worker never had (``machine``) and counts the same instructions
(``counting``, ``hazards``). A trace that lies about its addresses is a different program, and its output is wrong.
"""

from graders.simt.launch import BANKS, LANES, LINE_BYTES, SECTOR_BYTES, Launch
from graders.simt.machine import Report, execute
from graders.simt.program import MalformedProgramError, Program
from graders.simt.tracing import trace

__all__ = [
    "BANKS",
    "LANES",
    "LINE_BYTES",
    "SECTOR_BYTES",
    "Launch",
    "MalformedProgramError",
    "Program",
    "Report",
    "execute",
    "trace",
]
