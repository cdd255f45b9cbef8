"""Where this machine has a Triton server: an environment with the nvidia-pytriton wheel, or the full server on PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from graders.errors import UnavailableError

DEFAULT_HOME = Path("~/triton")
INSTALL = "python3 -m venv ~/triton && ~/triton/bin/pip install nvidia-pytriton==0.7.0 'numpy<2'"
FACTS = (
    "import sys, sysconfig, numpy; "
    "print(sysconfig.get_path('platlib'), sysconfig.get_config_var('LIBDIR'), numpy.__version__, "
    "'%d.%d' % sys.version_info[:2], sep='\\n')"
)


@dataclass(frozen=True)
class Installation:
    """The server's program and environment; ``backends`` and ``stub`` are set for the wheel, whose parts lie apart."""

    program: Path
    environment: dict[str, str]
    backends: Path | None = None
    stub: Path | None = None

    def arguments(self, folder: Path) -> list[str]:
        """Put backend and stub together in ``folder`` and say where they are; nothing to do for a full server."""
        if self.backends is None or self.stub is None:
            return []
        together = folder / "backends"
        shutil.copytree(self.backends, together)
        stub = together / "python" / self.stub.name
        shutil.copyfile(self.stub, stub)
        stub.chmod(0o755)
        return [f"--backend-directory={together}"]


def find(home: str | None) -> Installation:
    """The wheel in ``home`` (or in DEFAULT_HOME), else the server on PATH; raises UnavailableError."""
    wanted = Path(home or DEFAULT_HOME).expanduser()
    if home is not None or wanted.is_dir():
        return _wheel(wanted)
    program = shutil.which("tritonserver")
    if program is None:
        why = f"there is no {wanted} with the nvidia-pytriton wheel, and no tritonserver on PATH"
        raise UnavailableError("tritonserver", why, INSTALL)
    return Installation(Path(program), {"PATH": os.environ["PATH"]})


def _wheel(home: Path) -> Installation:
    """The Python backend embeds the first python3 on PATH; with numpy 2 all its outputs are empty."""
    try:
        asked = [str(home / "bin" / "python3"), "-I", "-c", FACTS]
        told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=30).stdout
        site, libraries, numpy, version = told.splitlines()
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        why = f"{home} is no environment with Python and numpy ({type(error).__name__})"
        raise UnavailableError("tritonserver", why, INSTALL) from error
    server = Path(site) / "pytriton" / "tritonserver"
    stub = server / "python_backend_stubs" / version / "triton_python_backend_stub"
    if not (server / "bin" / "tritonserver").is_file() or not stub.is_file():
        why = f"{home} has no nvidia-pytriton with a Python backend for Python {version}"
        raise UnavailableError("tritonserver", why, INSTALL)
    if int(numpy.partition(".")[0]) >= 2:
        why = f"{home} has numpy {numpy}; the Python backend of this server needs numpy 1"
        raise UnavailableError("numpy<2", why, f"{home}/bin/pip install 'numpy<2'")
    environment = {
        "PATH": f"{home / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        "LD_LIBRARY_PATH": f"{Path(site) / 'nvidia_pytriton.libs'}:{libraries}",
    }
    return Installation(server / "bin" / "tritonserver", environment, server / "backends", stub)
