"""The tiny model and the judge of its greedy tokens."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from graders.greedy import GreedyReference, Sample, draw_prompt  # noqa: E402 - torch may be absent
from graders.tinygpt import GPTConfig, TinyGPT, draw_weights  # noqa: E402

CONFIG = GPTConfig(layers=2, heads=2, head_dim=16, vocab=64, context=64)


@pytest.fixture(scope="module")
def reference() -> GreedyReference:
    return GreedyReference(CONFIG, draw_weights(CONFIG, np.random.default_rng(0)))


def test_the_pieces_make_up_the_whole(reference: GreedyReference) -> None:
    model, tokens = reference.model, torch.tensor([[1, 2, 3, 4, 5]])
    x = model.embed(tokens, torch.arange(5))
    for i in range(model.layers):
        block = model.block(i)
        q, k, v = block.qkv(x)
        assert q.shape == k.shape == v.shape == (1, CONFIG.heads, 5, CONFIG.head_dim)
        scores = (q @ k.transpose(-1, -2)) * CONFIG.head_dim**-0.5
        mask = torch.ones(5, 5, dtype=torch.bool).tril()
        x = x + block.attend_out(scores.masked_fill(~mask, float("-inf")).softmax(-1) @ v)
        x = x + block.mlp(x)
    assert torch.allclose(model.logits(x), model.forward(tokens))


def test_the_future_does_not_change_the_past(reference: GreedyReference) -> None:
    one = reference.model.forward(torch.tensor([[1, 2, 3, 4]]))
    other = reference.model.forward(torch.tensor([[1, 2, 3, 63]]))
    assert torch.allclose(one[:, :3], other[:, :3])


def test_its_own_tokens_are_right_and_any_other_is_wrong(reference: GreedyReference) -> None:
    prompt = draw_prompt(CONFIG, 5, np.random.default_rng(1))
    tokens = reference.tokens(prompt, 6)
    assert reference.first_wrong(Sample(prompt, tokens)) is None
    for i in range(6):
        changed = [*tokens[:i], (tokens[i] + 1) % CONFIG.vocab, *tokens[i + 1 :]]
        assert reference.first_wrong(Sample(prompt, changed)) == i


@pytest.mark.parametrize("token", [-1, 64, 1 << 40])
def test_a_token_outside_the_vocabulary_is_wrong(reference: GreedyReference, token: int) -> None:
    assert reference.first_wrong(Sample([1, 2], [token])) == 0


def test_no_tokens_are_no_right_answer(reference: GreedyReference) -> None:
    assert reference.first_wrong(Sample([1, 2], [])) == 0


def test_many_samples_are_judged_in_their_order(reference: GreedyReference) -> None:
    random = np.random.default_rng(2)
    prompts = [draw_prompt(CONFIG, length, random) for length in (3, 5, 3, 7)]
    samples = [Sample(prompt, reference.tokens(prompt, 4)) for prompt in prompts]
    samples[2] = Sample(samples[2].prompt, [*samples[2].tokens[:3], -1])
    assert reference.all_first_wrong(samples) == [None, None, 3, None]


def test_float32_agrees_with_the_float64_judge(reference: GreedyReference) -> None:
    random = np.random.default_rng(3)
    weights = draw_weights(CONFIG, random)
    judge, model = GreedyReference(CONFIG, weights), TinyGPT(CONFIG, torch.from_numpy(weights))
    for _ in range(20):
        sequence = draw_prompt(CONFIG, 8, random)
        for _ in range(6):
            sequence.append(int(model.forward(torch.tensor([sequence]))[0, -1].argmax()))
        assert judge.first_wrong(Sample(sequence[:8], sequence[8:])) is None


def test_weights_of_another_model_are_refused() -> None:
    with pytest.raises(ValueError, match="weights"):
        TinyGPT(CONFIG, torch.zeros(3))
