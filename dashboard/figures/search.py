"""A search: how much each field matters."""

from collections.abc import Mapping

import pandas as pd

from dashboard import formats
from dashboard.figures import shapes
from dashboard.figures.chart import Chart
from data.i18n import _


def importance(shares: Mapping[str, float], names: Mapping[str, str], theme: str | None) -> Chart:
    """Draw how much of the differences between trainings each field explains.

    Parameters
    ----------
    shares : mapping
        From each field to its share; they add up to 1.
    names : mapping
        From each field to what it is called.
    theme : str or None
        ``"light"`` or ``"dark"``.
    """
    ordered = sorted(shares.items(), key=lambda one: -one[1])
    labels = [names[key] for key, _share in ordered]
    values = [share for _key, share in ordered]
    drawn = shapes.bars(
        labels, values, theme, meaning="network", texts=[formats.percent(one, 0) for one in values]
    )
    return Chart(
        drawn,
        _("{field} matters most: it explains {share} of the differences").format(
            field=labels[0], share=formats.percent(values[0], 0)
        ),
        _("Share of the differences in NDCG@10 that each field explains (PED-ANOVA)"),
        pd.DataFrame({_("Field"): labels, _("Share"): values}),
    )
