"""A cross-encoder by path reads the first passages once more; without one nothing changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from knowledge_base.config import RerankerSettings
from knowledge_base.errors import RerankerError
from knowledge_base.reranking import CROSS_LEG, CrossEncoderReranker, load_reranker
from tests.integration.knowledge_base.conftest import Home

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "printer", "paper", "scanner", "locked")


class Liking:
    """A reranker that likes one word, and notes what it read."""

    def __init__(self, word: str, **settings: float) -> None:
        self.word = word
        self.read: list[str] = []
        self.settings = replace(RerankerSettings(name="liking"), **settings)  # type: ignore[arg-type]

    def scores(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.read += texts
        return np.array([float(self.word in text) for text in texts], dtype=np.float32)


@pytest.fixture
def printers(home: Home) -> Home:
    about = {
        "a": ("Printer jams", "The printer says that paper is stuck in the tray."),
        "b": ("Scanner", "A scanner beside the printer reads paper into a file."),
        "c": ("Badges", "A badge opens the door of the printer room."),
    }
    home.write({f"{name}.md": f"# {title}\n\n{text}\n" for name, (title, text) in about.items()})
    home.write(
        {"d.md": "---\nacl: [finance]\n---\n# Printer vault\n\nPrinter paper in the vault.\n"}
    )
    home.ingest()
    return home


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder of one small layer with random weights."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("model") / "tiny"
    torch.manual_seed(5)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
    )
    config.num_labels = 1
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer = Tokenizer(
        models.WordPiece({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
    ).save_pretrained(folder)
    return folder


def test_what_it_likes_rises_and_the_hit_says_so(printers: Home) -> None:
    plain = printers.retriever().documents("printer paper", groups=())
    first = plain[0].document_id
    liked = printers.retriever().reranked_by(Liking("scanner", weight=0.9))
    found = liked.documents("printer paper", groups=())
    assert found[0].title == "Scanner" != first
    leg = next(leg for leg in found[0].legs if leg.leg == CROSS_LEG)
    assert (leg.score, leg.rank) == (1.0, 1)
    assert not any(leg.leg == CROSS_LEG for hit in plain for leg in hit.legs)


def test_only_the_first_are_read_and_stay_before_the_rest(printers: Home) -> None:
    plain = [hit.document_id for hit in printers.retriever().documents("printer paper", groups=())]
    reader = Liking("nothing that stands there", n_passages=2)
    found = printers.retriever().reranked_by(reader).documents("printer paper", groups=())
    assert len(reader.read) == 2
    assert {hit.document_id for hit in found[:2]} == set(plain[:2])
    assert [hit.document_id for hit in found[2:]] == plain[2:]


def test_it_never_reads_what_the_asker_may_not(printers: Home) -> None:
    reader = Liking("vault")
    retriever = printers.retriever().reranked_by(reader)
    assert all("vault" not in hit.title for hit in retriever.documents("printer", groups=()))
    assert not any("vault" in text for text in reader.read)
    assert retriever.documents("printer", groups=("finance",))[0].title == "Printer vault"


def test_baselines_are_left_alone(printers: Home) -> None:
    reader = Liking("scanner")
    retriever = printers.retriever().reranked_by(reader)
    retriever.documents("printer paper", groups=(), legs=("bm25",))
    retriever.candidates("printer paper", groups=())
    assert reader.read == []


def test_a_model_by_its_folder_reads_each_pair(printers: Home, tiny: Path) -> None:
    reranker = load_reranker(RerankerSettings(name=str(tiny), max_tokens=32))
    assert reranker is not None
    texts = ["printer paper", "scanner locked locked", ""]
    scores = reranker.scores("printer", texts)
    assert scores.shape == (3,) and scores.dtype == np.float32
    assert len(set(scores.tolist())) == 3
    assert reranker.scores("printer", texts[1:2])[0] == pytest.approx(scores[1], abs=1e-5)
    assert reranker.scores("printer", []).shape == (0,)
    found = printers.retriever().reranked_by(reranker).documents("printer paper", groups=())
    assert any(leg.leg == CROSS_LEG for hit in found for leg in hit.legs)


def test_without_a_name_there_is_none() -> None:
    assert load_reranker(RerankerSettings()) is None
    assert load_reranker(RerankerSettings(name="  ")) is None


@pytest.mark.parametrize("name", ["nobody/has-such-a-model", "no/such/folder", "tiny"])
def test_a_missing_model_is_named_before_anybody_asks(name: str, tmp_path: Path) -> None:
    with pytest.raises(RerankerError, match="not on this machine") as caught:
        load_reranker(RerankerSettings(name=name))
    assert name in caught.value.message and "reranker" in caught.value.hint
    with pytest.raises(RerankerError, match="not on this machine"):
        load_reranker(RerankerSettings(name=str(tmp_path)))


def test_a_model_with_several_numbers_is_refused(tiny: Path, tmp_path: Path) -> None:
    import shutil

    from transformers import BertConfig, BertForSequenceClassification

    folder = tmp_path / "three"
    shutil.copytree(tiny, folder)
    config = BertConfig.from_pretrained(tiny)
    config.num_labels = 3
    BertForSequenceClassification(config).save_pretrained(folder)
    reranker = CrossEncoderReranker(RerankerSettings(name=str(folder)))
    with pytest.raises(RerankerError, match="3 numbers"):
        reranker.scores("printer", ["paper"])
