"""The map of neighbours keeps similar products together, and belongs to one state of a model."""

from pathlib import Path

import numpy as np
import pytest

from data.datasets.store import Store
from data.errors import BadInput, Cancelled
from data.home import Home
from data.preparation.sequences import Floats
from model.run_files import NEIGHBOUR_MAP
from model.serving.neighbour_map import (
    MIN_PRODUCTS,
    load_neighbour_map,
    make_neighbour_map,
    neighbour_share,
    tsne_layout,
)
from model.serving.similar_items import ItemEmbeddings
from tests.model.toys import imported, random_histories, save_untrained, small


def on_sphere(vectors: Floats) -> Floats:
    result: Floats = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return result


def trained(folder: Path, products: int) -> Path:
    dataset = imported(Store(Home(folder / "home")), random_histories(60, products), folder)
    save_untrained(small(), dataset, folder / "run")
    return folder / "run"


def test_groups_of_similar_products_keep_more_neighbours_than_on_principal_components() -> None:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(12, 16)).repeat(20, axis=0)
    vectors = on_sphere(centres + 0.2 * rng.normal(size=centres.shape))
    items = ItemEmbeddings(vectors)
    on_components = neighbour_share(items, items.projection[0])
    assert neighbour_share(items, tsne_layout(vectors)) > on_components


def test_a_map_without_structure_keeps_as_many_neighbours_as_chance() -> None:
    rng = np.random.default_rng(0)
    vectors = on_sphere(rng.normal(size=(2_000, 16)))
    kept = neighbour_share(ItemEmbeddings(vectors), rng.normal(size=(2_000, 2)).astype(np.float32))
    assert kept == pytest.approx(10 / 2_000, abs=0.005)


def test_the_only_product_is_its_own_map() -> None:
    assert (
        neighbour_share(ItemEmbeddings(np.ones((1, 4), np.float32)), np.zeros((1, 2), np.float32))
        == 1
    )


def test_a_map_is_stored_and_read_for_the_same_embeddings_only(tmp_path: Path) -> None:
    run = trained(tmp_path, 40)
    vectors = ItemEmbeddings.load(run).vectors
    assert load_neighbour_map(run, vectors) is None
    make_neighbour_map(run)
    points = load_neighbour_map(run, vectors)
    assert points is not None
    assert points.shape == (len(vectors), 2)
    assert load_neighbour_map(run, -vectors) is None


def test_a_damaged_map_has_to_be_computed_again(tmp_path: Path) -> None:
    run = trained(tmp_path, 40)
    make_neighbour_map(run)
    vectors = ItemEmbeddings.load(run).vectors
    content = bytearray((run / NEIGHBOUR_MAP).read_bytes())
    for damaged in (content[:-1] + bytes([content[-1] ^ 1]), b"no archive"):
        (run / NEIGHBOUR_MAP).write_bytes(damaged)
        assert load_neighbour_map(run, vectors) is None
    make_neighbour_map(run)
    assert load_neighbour_map(run, vectors) is not None


def test_few_products_need_no_map(tmp_path: Path) -> None:
    run = trained(tmp_path, 3)
    with pytest.raises(BadInput, match=f"needs {MIN_PRODUCTS} products"):
        make_neighbour_map(run)
    assert not (run / NEIGHBOUR_MAP).exists()


def test_progress_is_reported_and_ends_the_work_where_it_raises() -> None:
    rng = np.random.default_rng(0)
    vectors = on_sphere(rng.normal(size=(30, 8)))
    reports: list[tuple[int, int]] = []
    tsne_layout(vectors, lambda done, total: reports.append((done, total)))
    shares = [done / total for done, total in reports]
    assert shares == sorted(shares)
    assert shares[-1] == 1

    def stop(_done: int, _total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        tsne_layout(vectors, stop)
