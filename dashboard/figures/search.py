"""The importance of the settings of a hyperparameter search."""

from collections.abc import Mapping

import pandas as pd

from dashboard import formats
from dashboard.figures import shapes
from dashboard.figures.chart import Chart
from data.i18n import _


def importance(shares: Mapping[str, float], names: Mapping[str, str], theme: str | None) -> Chart:
    """Draw the share of the differences between trials that each setting explains.

    Parameters
    ----------
    shares : mapping
        From each key to its importance; they add up to 1.
    names : mapping
        From each key to its label.
    theme : str or None
        ``"light"`` or ``"dark"``.
    """
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    labels = [names[key] for key, _share in ordered]
    values = [share for _key, share in ordered]
    texts = [formats.percent(value, 0) for value in values]
    figure = shapes.bars(labels, values, theme, meaning="network", texts=texts)
    return Chart(
        figure,
        _("{field} matters most: it explains {share} of the differences").format(
            field=labels[0], share=formats.percent(values[0], 0)
        ),
        _("Share of the differences in NDCG@10 that each field explains (PED-ANOVA)"),
        pd.DataFrame({_("Field"): labels, _("Share"): values}),
    )
