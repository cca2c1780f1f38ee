"""Similar products by the learned embeddings."""

from pathlib import Path

import numpy as np
import pytest

from dashboard.services.recommendations.served_run import serve_run
from dashboard.services.recommendations.similar_products import similar_products
from data.datasets.store import Store
from data.errors import BadInput
from data.home import Home
from model.serving.similar_items import ItemEmbeddings
from tests.model.toys import imported, random_histories, save_untrained, small


def test_neighbours_are_ordered_and_never_the_product_itself(shop: tuple[Home, str]) -> None:
    similar = similar_products(serve_run(*shop), "teapot", k=5)
    cosines = [item.cosine for item in similar]
    assert cosines == sorted(cosines, reverse=True)
    assert all(-1.001 <= cosine <= 1.001 for cosine in cosines)
    assert "teapot" not in {item.product.product for item in similar}


def test_a_product_that_the_model_does_not_know_has_no_similar_ones(shop: tuple[Home, str]) -> None:
    with pytest.raises(BadInput, match="does not know never"):
        similar_products(serve_run(*shop), "never")


@pytest.mark.parametrize(
    "changes",
    [{"tied_embeddings": True}, {"tied_embeddings": False}, {"features": "brand,category"}],
    ids=["tied", "untied", "without the product as a feature"],
)
def test_the_vectors_are_those_of_the_network(tmp_path: Path, changes: dict[str, object]) -> None:
    dataset = imported(Store(Home(tmp_path / "home")), random_histories(60, 30), tmp_path)
    save_untrained(small(**changes), dataset, tmp_path / "run")
    space = ItemEmbeddings.load(tmp_path / "run")
    import keras

    network = keras.saving.load_model(tmp_path / "run" / "model.keras")
    rows = len(space.vectors)
    weights = [np.asarray(one) for one in network.weights if one.ndim == 2]
    tables = [one[-rows:] for one in weights if len(one) in {rows, rows + 2}]
    tables += [one.T for one in weights if one.shape[1] == rows]
    centred = [table - table.mean(axis=0) for table in tables]
    scaled = [table / np.linalg.norm(table, axis=1, keepdims=True) for table in centred]
    assert any(
        table.shape == space.vectors.shape and np.allclose(table, space.vectors, atol=1e-5)
        for table in scaled
    )
