"""The model behind the server: an emulated device that takes base + n * item for a batch of n, and works exactly.

Runs in Triton's Python backend and is the lab's own; no code of a learner comes near the server. ``device.json`` beside
it holds the two times in seconds.
"""

import json
import time
from pathlib import Path

import numpy as np
import triton_python_backend_utils as backend


class TritonPythonModel:
    """y = 3 * x + 1, and the size of the batch in which each item was computed."""

    def initialize(self, args):
        """Read how long the device takes."""
        times = json.loads(Path(__file__).with_name("device.json").read_text())
        self.base, self.item = times["base"], times["item"]

    def execute(self, requests):
        """Answer one batch."""
        started = time.perf_counter()
        inputs = [backend.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        total = sum(len(x) for x in inputs)
        responses = []
        for x in inputs:
            size = np.full((len(x), 1), total, dtype=np.int64)
            responses.append(backend.InferenceResponse([backend.Tensor("y", 3 * x + 1), backend.Tensor("batch", size)]))
        time.sleep(max(0.0, self.base + total * self.item - (time.perf_counter() - started)))
        return responses
