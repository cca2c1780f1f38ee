"""``vitrina verify`` says which files are not as they were written."""

from pathlib import Path

from data.home import Home
from tests.dashboard.cli.conftest import Vitrina


def test_a_damaged_file_is_named_and_the_command_fails(
    vitrina: Vitrina, home: Home, tmp_path: Path
) -> None:
    log = tmp_path / "log.csv"
    log.write_text("time,user,product\n2020-01-01,a,x\n2020-01-02,a,y\n")
    vitrina("import", log, "--name", "log")
    answer = vitrina("verify", "--json")
    assert (answer.code, answer.json["damage"], answer.json["unknown"]) == (0, [], 0)
    (table,) = home.datasets.glob("log/v-*/users.parquet")
    table.write_bytes(b"garbage")
    answer = vitrina("verify")
    assert answer.code == 1
    assert "The file users.parquet of dataset log is damaged" in answer.out
    assert answer.err.startswith("The home is damaged")
