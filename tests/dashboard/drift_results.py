"""Invented results of checks and backtests, whose charts and sentences are known."""

from typing import Any

METRICS = ("hr@10", "ndcg@10")


def model(name: str, kind: str, value: float, behind: tuple[float, float]) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "metrics": dict.fromkeys(METRICS, value),
        "ci95": {metric: [value - 0.02, value + 0.02] for metric in METRICS},
        "behind95": {metric: list(behind) for metric in METRICS},
    }


def period(start: str, until: str, hits: float, popularity: tuple[float, float]) -> dict[str, Any]:
    """Return the figures of a period; ``popularity`` is the interval of the lead over it."""
    return {
        "from": f"{start}T00:00:00+00:00",
        "until": f"{until}T00:00:00+00:00",
        "targets": 1200,
        "buyers": 300,
        "unknown_products": 0.1,
        "unknown_buyers": 0.05,
        "new_products": 0.2,
        "median_price": 12.5,
        "category_distance": 0.03,
        "models": [
            model("gru", "network", hits, (0.0, 0.0)),
            model("popularity", "baseline", 0.1, popularity),
        ],
    }


def drift(
    low: float,
    high: float,
    *,
    unknown: float = -0.02,
    known: float = -0.02,
    lead: tuple[float, float] = (0.1, 0.2),
) -> dict[str, Any]:
    """Return a check: interval and parts of the change, and the interval of the lead."""
    value = unknown + known
    before = period("2024-01-15", "2024-01-22", 0.4, lead)
    since = period("2024-01-22", "2024-01-29", 0.4 + value, lead)
    return {
        "run": "shop-1",
        "dataset": "shop",
        "dataset_version": "v",
        "protocol": "temporal",
        "trained_until": "2024-01-22T00:00:00+00:00",
        "before": before,
        "since": since,
        "weeks": [{"since": False, **before}, {"since": True, **since}],
        "change": {
            "before": 0.4,
            "now": 0.4 + value,
            "value": value,
            "low": low,
            "high": high,
            "unknown_products": unknown,
            "known_products": known,
        },
    }


def backtest(*losses: tuple[float, float, float]) -> dict[str, Any]:
    """Return a backtest of three cuts, with value, low and high of the loss at each age."""
    weeks = ["2024-01-08", "2024-01-15", "2024-01-22", "2024-01-29"]
    points = [
        {
            "run": f"shop-{cut + 1}",
            "age": week - cut,
            **period(weeks[week], weeks[week + 1], 0.4 - 0.05 * (week - cut), (0.1, 0.2)),
        }
        for cut in range(3)
        for week in range(cut, 3)
    ]
    ages = [
        {
            "days": 7 * number,
            "targets": 2400,
            "buyers": 300,
            "loss": dict.fromkeys(METRICS, value),
            "ci95": {metric: [low, high] for metric in METRICS},
        }
        for number, (value, low, high) in enumerate(losses, start=1)
    ]
    cuts = [
        {"last_day": last_day} | {key: value for key, value in point.items() if key != "age"}
        for last_day, point in zip(
            ("2024-01-07", "2024-01-14", "2024-01-21"),
            (point for point in points if point["age"] == 0),
            strict=True,
        )
    ]
    return {
        "protocol": "temporal",
        "period_days": 7,
        "cuts": cuts,
        "points": points,
        "ages": ages,
    }
