"""What is seen of a classifier word by word is what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from charlm.generation.cells import FIELDS
from corpora.labelled.words import WordTokenizer
from seq.imdb.config import ClassifierConfig
from seq.imdb.inside import read_states
from seq.imdb.library import TextClassifier
from seq.imdb.model import Classifier
from seq.imdb.steps import trace_steps

SHAPES = [
    ClassifierConfig(cell=cell, hidden_size=5, embedding_size=4, num_layers=layers,
                     bidirectional=both, embedding=embedding)
    for cell, layers, both, embedding in (
        ("lstm", 1, True, "learned"), ("gru", 2, True, "one-hot"), ("rnn", 2, False, "learned"),
        ("rnn_relu", 2, True, "one-hot"),
        ("lstm", 2, False, "one-hot"),
    )
]  # fmt: skip


@pytest.mark.parametrize("config", SHAPES, ids=lambda c: f"{c.cell}-{c.num_layers}-{c.embedding}")
def test_states_are_those_of_the_encoder(config: ClassifierConfig) -> None:
    torch.manual_seed(0)
    model = Classifier(config, 12, 2).eval()
    tokenizer = WordTokenizer(("<pad>", "<unk>", *"abcdefghij"))
    classifier = TextClassifier(
        "small", ("bad", "good"), tokenizer, model, torch.device("cpu"), "fp32"
    )
    ids = np.array([3, 5, 2, 7, 7, 11, 1])
    steps = trace_steps(classifier, ids)
    width = 10 if config.bidirectional else 5
    assert set(steps.fields) == set(FIELDS[config.cell])
    assert (len(steps), steps.layers, steps.units) == (7, config.num_layers, width)
    states = read_states(classifier, ids)
    np.testing.assert_allclose(steps.fields["hidden"][:, -1], states, atol=1e-5)
    previous = steps.find_previous("hidden")
    assert not previous[0, :, :5].any()
    np.testing.assert_array_equal(previous[3, :, :5], steps.fields["hidden"][2, :, :5])
    if config.bidirectional:
        assert steps.reads_backwards(5)
        assert not previous[-1, :, 5:].any()
        own = [steps.previous("hidden", n, 0, 7) for n in range(7)]
        assert own == [*previous[:, 0, 7]]
        np.testing.assert_array_equal(previous[3, :, 5:], steps.fields["hidden"][4, :, 5:])
    if config.cell == "rnn":
        assert steps.recurrent_part is not None
        assert not steps.recurrent_part[0].any()
