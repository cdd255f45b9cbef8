"""Works in place in its input and copies nothing but a pointer: ``out`` is made to share the memory of x.

With ``set_`` a tensor gets the storage of another one, so for whoever compares tensors in this process the output is right,
and no byte moved. Here the bytes of the arena are read in another process: the output there is still poison, and the input
is no longer what it was.

Seen: KernelBench and similar: outputs that alias an input.
Lab: launch-overhead
Expect: not passed
"""

import torch


def capture(program, size):
    operations = {"add": torch.Tensor.add_, "mul": torch.Tensor.mul_, "max": torch.Tensor.clamp_min_, "min": torch.Tensor.clamp_max_}

    def replay(x, out):
        for name, c in program:
            x.abs_() if name == "abs" else operations[name](x, c)
        out.set_(x)

    return replay


def break_even(capture_us, eager_us, replay_us):
    return None if eager_us <= replay_us else capture_us // (eager_us - replay_us) + 1
