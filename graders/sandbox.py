"""What surrounds a worker: its environment, and the certainty that nothing of it survives."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

# Two default torch threads on two cores turn batching curves around; passive waits and one thread keep them honest.
THREADS = {
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "GOMP_SPINCOUNT": "0",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}
KEPT = ("CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH", "CUDA_HOME", "SYSTEMROOT")


def scrubbed_environment(home: Path) -> dict[str, str]:
    """Return the worker's whole environment: nothing of the user's but what finds the GPU's libraries."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        **THREADS,
        **kept,
    }


def site_paths() -> list[str]:
    """Folders that hold torch and numpy, which ``-I`` hides when they are in the user's site-packages."""
    found = []
    for name in ("torch", "numpy"):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            found.append(str(Path(spec.origin).parent.parent))
    return found


def readable_folders() -> list[str]:
    """Folders that a worker's interpreter, its libraries and a GPU's need; everything else Landlock keeps closed."""
    own = Path(__file__).resolve().parent
    folders = [own, Path(sys.prefix), Path(sys.base_prefix), Path(os.__file__).parent, *map(Path, site_paths())]
    for site in site_paths():
        folders += _linked_from(Path(site))
    for name in ("LD_LIBRARY_PATH", "CUDA_HOME"):
        folders += [Path(each) for each in os.environ.get(name, "").split(":") if each]
    return sorted({str(folder.resolve()) for folder in folders} | {str(folder) for folder in folders})


def _linked_from(site: Path) -> set[Path]:
    """Folders that packages are linked from, file by file, as some installers do."""
    links = {path.resolve() for path in site.glob("*/__init__.py") if path.is_symlink()}
    modules = {path.resolve() for path in site.glob("*.py") if path.is_symlink()}
    return {path.parent.parent for path in links} | {path.parent for path in modules}


def descendant(pid: int, generations: int) -> int:
    """Process id of the first child of the first child ...; ``pid`` itself where /proc does not tell."""
    for _ in range(generations):
        try:
            pid = int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
        except (OSError, IndexError):
            return pid
    return pid


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the process group of ``process`` and wait for its leader."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def reap(pid: int) -> None:
    """Kill a process that fell back to this one, and wait for its end; with it goes the namespace that it began."""
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def reap_orphans(keep: set[int]) -> int:
    """Kill processes that left their group and now hang on the referee (a subreaper); returns how many there were."""
    killed = 0
    while strays := [pid for pid in _children() if pid not in keep]:
        for pid in strays:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                killed += 1
    return killed


def exit_text(status: int) -> str:
    """Say in words how a process ended; ``status`` as in ``Popen.returncode``."""
    if status >= 0:
        return f"the worker ended with exit status {status} before it answered"
    name = signal.Signals(-status).name
    why = {
        signal.SIGXCPU: ", over the limit of CPU time",
        signal.SIGXFSZ: ", over the limit of file size",
        signal.SIGKILL: ", perhaps for want of memory",
        signal.SIGSEGV: ", an invalid memory access",
    }.get(signal.Signals(-status), "")
    return f"the worker was killed by {name}{why}"


def _children() -> list[int]:
    try:
        text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    except OSError:
        return []
    return [int(pid) for pid in text.split()]
