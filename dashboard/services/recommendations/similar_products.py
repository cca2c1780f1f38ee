"""Similar products by the learned embeddings of a network."""

from dataclasses import dataclass
from pathlib import Path

from dashboard.services.recommendations.served_run import ServedRun
from data.errors import BadInput
from data.file_cache import FileCache
from data.i18n import _
from model.run_files import MODEL, VOCABULARY
from model.serving.catalogue import Product
from model.serving.similar_items import ItemEmbeddings


@dataclass(frozen=True)
class SimilarProduct:
    """A product similar to another one: the cosine of their embeddings, and its events."""

    product: Product
    cosine: float
    count: int


def similar_products(served: ServedRun, product: str, k: int = 20) -> list[SimilarProduct]:
    """Return the products most similar to one, most similar first.

    Raises
    ------
    BadInput
        Where the model does not know the product, or its network learns no embedding of each
        product.
    """
    model = served.model
    index = model.catalogue.index_of(product)
    if index is None:
        raise BadInput(_("The model does not know {product}.").format(product=product))
    return [
        SimilarProduct(
            model.catalogue.describe(model.catalogue.products[other]),
            cosine,
            int(model.catalogue.counts[other]),
        )
        for other, cosine in item_embeddings(served.handle.folder).nearest(index, k)
    ]


def item_embeddings(folder: Path) -> ItemEmbeddings:
    """Return the item embeddings of a run's folder; raises as ``ItemEmbeddings.load``."""
    return _EMBEDDINGS.get(folder)


_EMBEDDINGS = FileCache(ItemEmbeddings.load, MODEL, VOCABULARY, size=2)
