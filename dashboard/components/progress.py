"""Progress bars."""

from dash import html

from dashboard.components.aria import aria
from dashboard.formats import duration, percent
from data.i18n import _


def progress(
    share: float | None, *, label: str, left: float | None = None, detail: str | None = None
) -> html.Div:
    """Return a progress bar with its label, percentage and remaining time.

    Parameters
    ----------
    share : float or None
        Fraction that is done, from 0 to 1; None if it is unknown.
    label : str
        Name of the task; also the accessible name.
    left : float, optional
        Seconds left.
    detail : str, optional
        Muted text, such as "epoch 3 of 10" or "412,000 rows/s".
    """
    bounded = None if share is None else min(max(share, 0.0), 1.0)
    texts = [percent(bounded, 0)] if bounded is not None else [_("Working")]
    if detail:
        texts.append(detail)
    if left is not None:
        texts.append(_("{time} left").format(time=duration(left)))
    fill = html.Div(
        className="meter-fill" if bounded is not None else "meter-fill is-unknown",
        style={"width": f"{100 * bounded:.1f}%"} if bounded is not None else {},
    )
    value = {} if bounded is None else {"valuenow": f"{100 * bounded:.0f}"}
    return html.Div(
        [
            html.Div(
                [html.Span(label), html.Span(" · ".join(texts), className="muted")],
                className="meter-words",
            ),
            html.Div(
                fill,
                className="meter",
                role="progressbar",
                **aria(label=label, valuemin="0", valuemax="100", **value),
            ),
        ],
        className="progress-block",
    )
