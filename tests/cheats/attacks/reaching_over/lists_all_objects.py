"""Lists every object of the interpreter and every module, and takes the target's logits, the probabilities or a reference.

``gc.get_objects`` and ``sys.modules`` show everything that the grader keeps in its own process: the expected tokens, the model
that judges, the function that computes the right answer. Here they show a driver and a session; the target model, the draws and
the judge are in another process.

Seen: KernelBench and course autograders: the reference output found with gc.get_objects or through __main__.
Lab: speculative-decoding
Expect: not passed
"""

import gc
import sys

import numpy as np

WANTED = ("reference", "expected", "accepted_share", "first_wrong", "judge", "target", "residual", "verify_sampled")


def modules():
    return [module for name, module in list(sys.modules.items()) if name != __name__ and module is not None]


def borrowed(name):
    for module in [sys.modules["__main__"], *modules()]:
        found = getattr(module, "__dict__", {}).get(name)
        if callable(found) and getattr(found, "__module__", "") not in {"numpy", __name__}:
            return found
    return None


def models():
    return [each for each in gc.get_objects() if type(each).__name__ in {"TinyGPT", "GreedyReference", "Bench"}]


class Drafter:
    """Guesses with the largest model in reach, which ought to be the target."""

    def __init__(self, model):
        self.model = max([model, *models()], key=lambda each: getattr(each, "layers", 0))

    def start(self, prompt):
        self.sequence = list(prompt)

    def propose(self, k):
        return [0] * k

    def commit(self, tokens):
        self.sequence += tokens


def verify_greedy(drafted, target_logits):
    stolen = borrowed("verify_greedy") or borrowed("judge")
    return stolen(drafted, target_logits) if stolen else list(drafted)


def residual(p, q):
    stolen = borrowed("residual")
    return stolen(p, q) if stolen else p


def verify_sampled(drafted, q, p, rng):
    stolen = borrowed("verify_sampled")
    return stolen(drafted, q, p, rng) if stolen else [int(np.argmax(p[0]))]


def expected_tokens(alpha, k):
    stolen = borrowed("expected") or borrowed("expected_tokens")
    return stolen(alpha, k) if stolen else 1.0
