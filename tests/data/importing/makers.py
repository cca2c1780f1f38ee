"""Files as makers of logs write them, and the events that are in them."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from data.datasets.dataset import Dataset
from data.datasets.store import Store
from data.errors import BadInput
from data.importing.ingest import ingest
from data.importing.request import ImportRequest

Event = dict[str, Any]
START = datetime(2019, 11, 20, 9, 30)
COUNT = 90


def user(k: int) -> int:
    return 17850 + 7 * (k % 13)


def product(k: int) -> int:
    return 22400 + 11 * (k % 17)


def moment(k: int) -> datetime:
    """Return times whose days go over the end of a month, and are no minute-wise pattern."""
    return START + timedelta(hours=5 * k, minutes=13 * k % 60, seconds=k % 60)


def midnight(k: int) -> datetime:
    return moment(k).replace(hour=0, minute=0, second=0)


def price(k: int) -> float:
    return (1299.0, 8.99, 24.5, 3.75)[k % 4]


def kind(k: int) -> str:
    return "purchase" if k % 9 == 0 else "cart" if k % 5 == 0 else "view"


@dataclass(frozen=True)
class Maker:
    """A file of a maker, and the events that are in it.

    Attributes
    ----------
    files : mapping
        File name → content.
    events : sequence
        For each event of the file its values in the columns that matter; None where the file must
        be refused.
    refusal : str
        A regular expression of the sentence that may refuse the file; empty where it must be read.
    settings : mapping
        What the person says beside the files.
    """

    files: Mapping[str, str | bytes]
    events: Sequence[Event] | None
    refusal: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


def event(user: object, product: object, time: datetime | None = None, **more: Any) -> Event:
    return {"user": str(user), "product": str(product), "time": time, **more}


def csv(
    names: Sequence[str] | None,
    rows: Iterable[Sequence[object]],
    delimiter: str = ",",
    quote: Callable[[str], bool] | None = None,
    end: str = "\n",
) -> str:
    """Return delimited text; ``quote`` tells which fields are quoted beside those that must."""

    def write(value: object) -> str:
        text = "" if value is None else str(value)
        needed = delimiter in text or '"' in text or "\n" in text
        if needed or (quote is not None and quote(text)):
            return '"' + text.replace('"', '""') + '"'
        return text

    lines = ([list(names)] if names else []) + [list(row) for row in rows]
    return "".join(delimiter.join(map(write, line)) + end for line in lines)


def everything(_text: str) -> bool:
    return True


def jsonl(records: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def ks() -> range:
    return range(COUNT)


def stamp(k: int) -> int:
    return int((moment(k) - datetime(1970, 1, 1)).total_seconds())


def brief(dataset: Dataset, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return some columns of the events, sorted; the times as the dataset says that it has them."""
    columns = ", ".join(f'"{name}"' for name in names)
    with dataset.connect() as connection:
        found = connection.execute(f"SELECT {columns} FROM events").fetchall()
    if dataset.manifest.summary["first_event"] is None and "time" in names:
        place = names.index("time")
        found = [(*row[:place], None, *row[place + 1 :]) for row in found]
    return sorted(found, key=repr)


def check(maker: Maker, store: Store, folder: Path) -> None:
    """Assert that the events of a file come back, or that a sentence refuses it as allowed."""
    for file, content in maker.files.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    paths = [folder / file for file in maker.files]
    try:
        dataset = ingest(store, ImportRequest(paths, "log", **maker.settings))
    except BadInput as error:
        assert maker.events is None or maker.refusal, error
        assert re.search(maker.refusal, str(error)), error
        assert "\n" not in str(error)
        return
    assert maker.events is not None, dataset.manifest.summary
    summary = dataset.manifest.summary
    assert summary["rows_read"] == summary["rows_kept"] + summary["rows_rejected"]
    names = tuple(maker.events[0])
    expected = sorted((tuple(event[name] for name in names) for event in maker.events), key=repr)
    assert brief(dataset, names) == expected
