"""The quality report: anomalies of a log, their effect on training, and steps against them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from data.datasets.cache import FrameCache
from data.datasets.dataset import Dataset
from data.events import COLUMNS
from data.exploration.finding import Finding
from data.exploration.quality_measures import measure
from data.exploration.side_table_quality import side_table_findings
from data.i18n import _, day, ngettext, number, percent, units
from data.importing.rejects import REASONS

_MANY_REPEATS = 0.1
_NOTABLE = 0.01
_MOST_SPIKES, _MOST_GAPS = 3, 5
"""Busy days with a finding each; more of them share one."""


def findings(dataset: Dataset, cache_folder: Path) -> list[Finding]:
    """Return the quality report of a dataset in the current language, warnings first.

    Parameters
    ----------
    dataset : Dataset
        The dataset to examine.
    cache_folder : Path
        Folder of the cache for the figures; the sentences are made anew each time.
    """
    frame = FrameCache(cache_folder).get(
        f"{dataset.fingerprint} quality 2", lambda: pd.DataFrame([measure(dataset)])
    )
    numbers = {str(name): frame[name].iloc[0] for name in frame} | dataset.manifest.summary
    report = [
        *_rejected(numbers),
        *_doubts(numbers),
        *side_table_findings(numbers.get("side_tables", {})),
        *_missing(numbers),
        *_duplicates(numbers),
        *_days(numbers),
        *_prices(numbers),
        *_returns(numbers),
        *_products(numbers),
        *_buyers(numbers),
        *_repeats(numbers),
    ]
    order = ("warning", "notice", "good")
    return sorted(report, key=lambda finding: order.index(finding.severity))


def _rejected(numbers: dict[str, Any]) -> Iterator[Finding]:
    rejected, read = numbers["rows_rejected"], numbers["rows_read"]
    if not rejected:
        yield Finding("rejects", "good", _("Every row of the source could be read."))
        return
    reason = max(numbers["rejected_by_reason"], key=numbers["rejected_by_reason"].get)
    yield Finding(
        "rejects",
        "warning" if rejected > _NOTABLE * read else "notice",
        ngettext(
            "{number} row of {read} could not be read ({share}); the most frequent reason: "
            "{reason}.",
            "{number} rows of {read} could not be read ({share}); the most frequent reason: "
            "{reason}.",
            rejected,
        ).format(
            number=number(rejected),
            read=number(read),
            share=percent(rejected / read),
            reason=_(REASONS[reason]).lower(),
        ),
        _("They are no part of the dataset; download them to see their text."),
    )


def _doubts(numbers: dict[str, Any]) -> Iterator[Finding]:
    """Yield the doubts of the import on how it understood the files."""
    unsure = numbers.get("understood", {}).get("unsure", {})
    labels = {column.name: _(column.label) for column in COLUMNS}
    labels |= {"rows": _("Rows"), "header": _("Header"), "encoding": _("Encoding")}
    for name, doubt in unsure.items():
        yield Finding(
            f"doubt_{name}",
            "warning" if name == "rows" else "notice",
            _("{what} is unsure: {doubt}.").format(what=labels.get(name, name), doubt=doubt),
            _("Look at it in the events; import the files again, with an option, if it is wrong."),
        )


def _missing(numbers: dict[str, Any]) -> Iterator[Finding]:
    kinds = {
        "category": (_("{share} of the purchases have no category."), "require_category"),
        "brand": (_("{share} of the purchases have no brand."), "require_brand"),
    }
    for name, (sentence, step) in kinds.items():
        share = numbers[f"purchases_missing_{name}_share"] or 0.0
        if share:
            yield Finding(
                f"missing_{name}",
                "notice" if share < 0.5 else "warning",
                sentence.format(share=percent(share)),
                _(
                    "Networks get the value “unknown” for them; the step leaves these events "
                    "out instead."
                ),
                step,
            )
    if numbers["missing_price_share"]:
        yield Finding(
            "missing_price",
            "notice",
            _("{share} of the events have no price.").format(
                share=percent(numbers["missing_price_share"])
            ),
            _("Networks get the average price for them."),
        )


def _duplicates(numbers: dict[str, Any]) -> Iterator[Finding]:
    duplicates = int(numbers["duplicates"])
    if duplicates:
        yield Finding(
            "duplicates",
            "notice",
            ngettext(
                "{number} row ({share}) repeats another row in every column.",
                "{number} rows ({share}) repeat another row in every column.",
                duplicates,
            ).format(number=number(duplicates), share=percent(duplicates / numbers["events"])),
            _(
                "They may be several units bought at once, or an export written twice; networks "
                "learn from them to recommend the last product again."
            ),
            "drop_duplicates",
        )


def _days(numbers: dict[str, Any]) -> Iterator[Finding]:
    spikes = list(
        zip(numbers["spike_days"], numbers["spike_shares"], numbers["spike_times"], strict=True)
    )
    many = len(spikes) > _MOST_SPIKES
    sentences = [
        _("{share} of the purchases fall on {day}, {times} times an ordinary day.").format(
            share=percent(share), day=day(date), times=number(times, 1)
        )
        for date, share, times in spikes[: 0 if many else None]
    ]
    if many:
        busiest = sorted(spikes, key=lambda spike: -spike[2])[:_MOST_SPIKES]
        sentences.append(
            _(
                "{share} of the purchases fall on {count} days of {times} times an ordinary day "
                "or more; the busiest are {days}."
            ).format(
                share=percent(sum(share for _date, share, _times in spikes)),
                count=number(len(spikes)),
                times=number(min(times for _date, _share, times in spikes), 1),
                days="; ".join(
                    f"{day(date)} (× {number(times, 1)})" for date, _share, times in busiest
                ),
            )
        )
    for sentence in sentences:
        yield Finding(
            "spike",
            "warning",
            sentence,
            _(
                "These purchases have too much weight in training, and the boundary of a split "
                "by time may fall on such a day."
            ),
            "last",
        )
    gaps = numbers["empty_days"]
    if gaps:
        days = "; ".join(map(day, gaps[:_MOST_GAPS]))
        if len(gaps) > _MOST_GAPS:
            more = number(len(gaps) - _MOST_GAPS)
            days = _("{days} and {count} more").format(days=days, count=more)
        yield Finding(
            "gap",
            "notice",
            ngettext(
                "On {number} day nothing was bought: {days}.",
                "On {number} days nothing was bought: {days}.",
                len(gaps),
            ).format(number=number(len(gaps)), days=days),
            _("Purchases may be missing, or have been recorded on a later day."),
            "first",
        )


def _prices(numbers: dict[str, Any]) -> Iterator[Finding]:
    if numbers["zero_prices"] or numbers["negative_prices"]:
        yield Finding(
            "odd_prices",
            "notice",
            _("Events with a price of zero: {zero}; with a negative one: {negative}.").format(
                zero=number(numbers["zero_prices"]), negative=number(numbers["negative_prices"])
            ),
            _(
                "Gifts, discounts or corrections; events of type purchase among them count as "
                "purchases."
            ),
        )
    changed = numbers["products_with_prices"]
    if changed:
        yield Finding(
            "price_changes",
            "good",
            _("{share} of the products were sold at more than one price.").format(
                share=percent(changed / max(numbers["products_sold"], 1))
            ),
            _("The catalogue shows the last price; a network sees the price of each purchase."),
        )


def _returns(numbers: dict[str, Any]) -> Iterator[Finding]:
    returns, matched = int(numbers["all_returns"]), int(numbers["matched_returns"])
    if not returns:
        return
    yield Finding(
        "returns",
        "notice" if matched else "warning",
        _(
            "Returns: {number} ({amount}); after a purchase of the same product by the same "
            "buyer: {matched} ({undone}); without one: {rest}."
        ).format(
            number=number(returns),
            amount=_amount(numbers["all_units"], numbers["all_money"]),
            matched=number(matched),
            undone=_amount(numbers["matched_units"], numbers["matched_money"]),
            rest=number(returns - matched),
        ),
        _(
            "A return is no purchase, for charts and networks alike; the purchase that it undoes "
            "still counts as one."
        ),
    )


def _amount(quantity: float, money: float | None) -> str:
    """Return units, and money where it is known, in words."""
    if money is None or pd.isna(money):
        return units(quantity)
    return _("{units} worth {money}").format(units=units(quantity), money=number(money, 2))


def _products(numbers: dict[str, Any]) -> Iterator[Finding]:
    categories = int(numbers["products_with_categories"])
    brands = int(numbers["products_with_brands"])
    sentences = {
        "several_categories": (
            categories,
            ngettext(
                "{number} product appears in more than one category.",
                "{number} products appear in more than one category.",
                categories,
            ),
        ),
        "several_brands": (
            brands,
            ngettext(
                "{number} product appears under more than one brand.",
                "{number} products appear under more than one brand.",
                brands,
            ),
        ),
    }
    for key, (count, sentence) in sentences.items():
        if count:
            yield Finding(
                key,
                "notice",
                sentence.format(number=number(count)),
                _("The last one is taken as the product’s; the others stay with their events."),
            )
    once, sold = numbers["products_sold_once"], numbers["products_sold"]
    if sold and once / sold > 0.2:
        yield Finding(
            "rare_products",
            "notice",
            _("{share} of the products that were sold were sold once.").format(
                share=percent(once / sold)
            ),
            _("A single purchase is too little to learn the product’s embedding."),
            "min_product_events",
        )


def _buyers(numbers: dict[str, Any]) -> Iterator[Finding]:
    once, buyers = numbers["buyers_once"], numbers["buyers"]
    if buyers and once:
        yield Finding(
            "single_purchases",
            "warning" if once / buyers > 0.9 else "notice",
            _("{share} of the buyers bought once.").format(share=percent(once / buyers)),
            _(
                "They have no next purchase, and therefore give no target for training or "
                "evaluation."
            ),
            "min_user_events",
        )
    if numbers["heavy_buyers"]:
        yield Finding(
            "heavy_buyers",
            "warning",
            ngettext(
                "{number} buyer made more than {limit} purchases, up to {most}.",
                "{number} buyers made more than {limit} purchases, up to {most}.",
                numbers["heavy_buyers"],
            ).format(
                number=number(numbers["heavy_buyers"]),
                limit=number(numbers["heavy_limit"]),
                most=number(numbers["most_purchases"]),
            ),
            _(
                "Probably resellers or programs: their many purchases dominate training, "
                "although no other buyer behaves like them."
            ),
            "max_user_events",
        )
    if numbers["robots"]:
        yield Finding(
            "robots",
            "notice",
            ngettext(
                "{number} visitor has more than {limit} events on an average day.",
                "{number} visitors have more than {limit} events on an average day.",
                numbers["robots"],
            ).format(number=number(numbers["robots"]), limit=number(numbers["robot_limit"])),
            _("Probably programs; they affect only models that are trained on views."),
            "max_user_events",
        )


def _repeats(numbers: dict[str, Any]) -> Iterator[Finding]:
    share = numbers["consecutive_repeat_share"] or 0.0
    if share >= _MANY_REPEATS:
        yield Finding(
            "repeats",
            "warning",
            _(
                "{share} of the next purchases are of the same product as the purchase before."
            ).format(share=percent(share)),
            _(
                "The baseline that recommends the last purchase again reaches this accuracy; "
                "compare networks with it."
            ),
            "merge_session_repeats",
        )
