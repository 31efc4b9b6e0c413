"""The model gives what the published one gives, from the published weights alone."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from community.search.meaning import loading, weights
from community.search.meaning.weights import WeightsRefused, load
from community.search.meaning.wordpiece import WordPiece

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "charge", "##r", "char", "##ger", "the", "!", "'", "t", "can", "cafe", "电", "池"]


@pytest.fixture
def model(installed: None) -> Any:
    return loading.model()


@pytest.fixture
def words() -> WordPiece:
    return WordPiece({piece: number for number, piece in enumerate(VOCABULARY)})


def pieces(words: WordPiece, text: str, most: int = 256) -> list[str]:
    return [VOCABULARY[number] for number in words.numbers(text, most)][1:-1]


def test_words_are_cut_into_the_longest_pieces(words: WordPiece) -> None:
    assert words.numbers("") == [2, 3]
    assert pieces(words, "The CHARGER can't!") == ["the", "charge", "##r", "can", "'", "t", "!"]
    assert pieces(words, "Café\u200b") == pieces(words, "cafe") == ["cafe"]
    assert pieces(words, "电池") == ["电", "池"]
    assert pieces(words, "chargest") == pieces(words, "t" * 101) == ["[UNK]"], "a word is cut whole or not at all"
    assert pieces(words, "the " * 500, most=8) == ["the"] * 6
    assert len(words.numbers("!" * 1_000_000)) == 256


def test_the_published_vocabulary_gives_the_numbers_of_the_published_tokenizer(installed: None) -> None:
    folder = weights.folder()
    assert folder is not None
    words = WordPiece.read(folder / "vocab.txt")
    # As the library `tokenizers` 0.23.3 cuts them with the model's own file.
    for text, numbers in json.loads((Path(__file__).parent / "pieces.json").read_text()):
        assert words.numbers(text) == numbers, text


def test_a_vector_is_the_published_one(model: Any) -> None:
    example = model.vector("This is an example sentence")
    # The first numbers that sentence-transformers itself gives for this sentence.
    assert [float(each) for each in example[:4]] == pytest.approx([0.06765691, 0.06349596, 0.04871312, 0.07930497], abs=2e-6)
    assert example.shape == (384,)
    assert float(example @ example) == pytest.approx(1.0, abs=1e-5)


def test_what_means_the_same_is_nearer_than_strangers(model: Any) -> None:
    winter, cold = model.vector("How do I charge the battery in winter?"), model.vector("Charging the accumulator when it is cold")
    rain, wet = model.vector("The display shows error E07 after rain"), model.vector("Error E07 on the screen when wet")
    order = model.vector("My order has not arrived yet")
    assert float(winter @ cold) == pytest.approx(0.5017, abs=1e-3)
    assert float(rain @ wet) == pytest.approx(0.8028, abs=1e-3)
    assert max(float(winter @ rain), float(cold @ wet), float(order @ winter), float(order @ wet)) < 0.1


def test_any_text_has_a_vector(model: Any) -> None:
    for text in ("", " ", "\x00\ud800", "👩‍👩‍👧", "ก" * 5000, "word " * 5000):
        vector = model.vector(text)
        assert float(vector @ vector) == pytest.approx(1.0, abs=1e-4), ascii(text[:20])


def test_other_weights_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    file = tmp_path / "model.safetensors"
    header = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    file.write_bytes(len(header).to_bytes(8, "little") + header + b"\0\0\x80?\0\0\0@")
    with pytest.raises(WeightsRefused, match="not the published"):
        load(file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert load(file, digest)["a"].tolist() == [1.0, 2.0]
    file.write_bytes((1 << 40).to_bytes(8, "little"))
    with pytest.raises(WeightsRefused, match="header"):
        load(file, hashlib.sha256(file.read_bytes()).hexdigest())
