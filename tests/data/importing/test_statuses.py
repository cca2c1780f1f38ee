"""Statuses, kinds of documents and phrases: what is no purchase is never counted as one."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from data.datasets.store import Store
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from tests.data.importing.makers import (
    Maker,
    brief,
    check,
    csv,
    event,
    kind,
    ks,
    moment,
    product,
    user,
)

pytestmark = pytest.mark.slow

BOUGHT, RETURNED = "purchase", "return"
STATUSES = {
    "Status": ("Bezahlt", "Storniert", "Retourniert", "Versandt"),
    "Statut": ("Payée", "Annulée", "Remboursée", "Livrée"),
    "Estado": ("Pagado", "Cancelado", "Devuelto", "Enviado"),
    "Stato": ("Pagato", "Annullato", "Reso", "Spedito"),
    "Situação": ("Pago", "Cancelado", "Devolvido", "Faturado"),
    "Статус": ("Оплачен", "Отменён", "Возвращён", "Доставлен"),
    "Status zamówienia": ("Opłacone", "Anulowane", "Zwrócone", "Wysłane"),
    "Sipariş Statüsü": ("Kargoya Verildi", "İptal Edildi", "İade Edildi", "Teslim Edildi"),
    "订单状态": ("已付款", "已取消", "已退货", "已发货，待收货"),
    "注文状況": ("入金済み", "キャンセル", "返品", "発送済み"),
}
DOCUMENTS = {
    "Belegart": ("Rechnung", "Gutschrift"),
    "Type de pièce": ("Facture", "Avoir"),
    "Tipo doc.": ("Fattura", "Nota di credito"),
    "Rodzaj dokumentu": ("Faktura", "Korekta"),
    "Line Type": ("Sale Line", "Sale Line Returned"),
    "*Type": ("Sales invoice", "Sales credit note"),
}
FLAGS = {
    "Storniert": ("nein", "ja"),
    "Retour": ("non", "oui"),
    "Devuelto": ("No", "Sí"),
    "Возврат": ("Нет", "Да"),
    "İade": ("Hayır", "Evet"),
}
PHRASES = {
    "German": ("Produktansicht", "Zum Warenkorb hinzugefügt", "Kauf abgeschlossen"),
    "French": ("Vue produit", "Ajout au panier", "Achat"),
    "Spanish": ("Vista de producto", "Añadir al carrito", "Compra finalizada"),
    "Turkish": ("Görüntüleme", "Sepete ekleme", "Satın alma"),
    "Japanese": ("商品閲覧", "カート追加", "商品購入"),
    "dots": ("product.view", "cart.add", "order.purchase"),
    "slashes": ("ecommerce/detail", "ecommerce/add", "ecommerce/purchase"),
    "participles": ("viewed_item", "carted_item", "purchasedItem"),
    "Piwik": ("Ecommerce product detail view", "Ecommerce add to cart", "Ecommerce order"),
}


def typed(column: str, words: Sequence[str], meanings: Sequence[str]) -> Maker:
    """Return a log whose rows have some words in turn."""
    return Maker(
        {
            "log.csv": csv(
                ("user_id", "product_id", "time", column),
                ((user(k), product(k), moment(k), words[k % len(words)]) for k in ks()),
                ";",
            )
        },
        [event(user(k), product(k), moment(k), type=meanings[k % len(words)]) for k in ks()],
    )


MAKERS = {
    **{
        f"statuses, {name}": typed(name, words, (BOUGHT, RETURNED, RETURNED, BOUGHT))
        for name, words in STATUSES.items()
    },
    **{
        f"documents, {name}": typed(name, words, (BOUGHT, RETURNED))
        for name, words in (DOCUMENTS | FLAGS).items()
    },
    **{
        f"phrases, {name}": typed("event_type", words, ("view", "cart", BOUGHT))
        for name, words in PHRASES.items()
    },
}


@pytest.mark.parametrize("name", MAKERS)
def test_the_types_of_events_come_back(name: str, store: Store, tmp_path: Path) -> None:
    check(MAKERS[name], store, tmp_path)


def test_a_phrase_that_the_first_rows_have_not_got_is_known(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    late = "".join(f"{k},{k},2019-12-31,purchased item\n" for k in range(3))
    rows = ((user(k), product(k), moment(k), kind(k)) for _round in range(20) for k in ks())
    file.write_text(csv(("user_id", "item_id", "time", "event_type"), rows) + late)
    types = [row[0] for row in brief(ingest(store, ImportRequest([file], "log")), ("type",))]
    assert types.count("purchase") == 20 * sum(kind(k) == "purchase" for k in ks()) + 3


Unsure = Callable[[str, Callable[[int], object]], Mapping[str, str]]


@pytest.fixture
def unsure(store: Store, tmp_path: Path) -> Unsure:
    """Return a function that imports a log with one more column and returns what is doubtful."""

    def run(column: str, value: Callable[[int], object]) -> Mapping[str, str]:
        file = tmp_path / "log.csv"
        rows = ((user(k), product(k), moment(k), value(k)) for k in ks())
        file.write_text(csv(("user_id", "product_id", "time", column), rows))
        doubts: Mapping[str, str]
        doubts = ingest(store, ImportRequest([file], "log")).manifest.summary["understood"][
            "unsure"
        ]
        return doubts

    return run


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("status", ["ok", "ok", "ok", "ok", "cancelled"]),
        ("status", ["S", "S", "C"]),
        ("doc_type", ["INV", "CRN"]),
        ("transaction_type", ["DEBIT", "CREDIT"]),
        ("state", ["DONE", "NEW", "STARTED", "CANCELLED"]),
        ("Sale", ["1", "0"]),
        ("cancelled_at", ["", "", "2020-02-01 10:00:00"]),
        ("return_date", ["", "", "2020-02-01"]),
    ],
)
def test_a_column_that_may_undo_purchases_is_said(
    unsure: Unsure, column: str, words: list[str]
) -> None:
    assert column in unsure(column, lambda k: words[k % len(words)])["type"]


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("colour", ["red", "blue"]),
        ("label", ["New", "Sale", "Clearance"]),
        ("is_mobile", ["0", "1"]),
        ("payment_method", ["Card", "Buy now, pay later", "Invoice by mail"]),
    ],
)
def test_other_words_raise_no_doubt(unsure: Unsure, column: str, words: list[str]) -> None:
    assert "type" not in unsure(column, lambda k: words[k % len(words)])
