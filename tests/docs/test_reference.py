"""The reference says what the code says, and nothing of the code is missing in it."""

import dash
import pytest

from dashboard.api.openapi import PREFIX, description
from dashboard.api.routes import ApiSettings
from dashboard.app import create_app
from dashboard.cli.group import cli
from dashboard.web.page_help import PAGES as PAGE_HELP
from data.home import Home
from data.i18n import use_language
from data.preparation.moments import MOMENTS as MOMENT_NAMES
from data.preparation.splits import PROTOCOLS as PROTOCOL_NAMES
from docs import reference
from docs.notes import evaluation, models, training
from docs.notes.commands import EXAMPLES
from docs.notes.http import ADDRESSES, ENVIRONMENT
from docs.notes.settings import WHEN
from docs.reference.commands import all_commands
from docs.reference.http import other_addresses
from docs.site import DOCS, REFERENCE
from model.baselines import BASELINES
from model.config.presets import PRESETS
from model.config.run_config import setting_specs
from model.registry import NETWORKS
from tests.conftest import ROOT

SPECS = setting_specs()


@pytest.mark.parametrize("place", reference.PAGES)
def test_a_written_page_is_that_of_the_code(place: str) -> None:
    use_language("en")
    text = (DOCS / "en" / f"{place}.md").read_text("utf-8")
    assert text == reference.PAGES[place](), "run make docs"


def test_every_page_of_the_reference_is_in_the_navigation() -> None:
    files = {file.stem for file in (DOCS / "en" / "reference").glob("*.md")}
    assert files == set(REFERENCE)


def own(registry: object) -> set[str]:
    return {name for name, entry in registry.items() if not entry.package}  # type: ignore[attr-defined]


def test_every_network_and_baseline_has_a_note() -> None:
    assert set(models.NETWORKS) == own(NETWORKS)
    assert set(models.BASELINES) == own(BASELINES)


def test_every_setting_says_when_to_change_it() -> None:
    assert set(WHEN) == set(SPECS)


@pytest.mark.parametrize(
    ("notes", "key"),
    [
        (training.LOSSES, "loss"),
        (training.SCHEDULES, "schedule"),
        (training.PRECISIONS, "precision"),
        (evaluation.PROTOCOLS, "protocol"),
        (evaluation.MOMENTS, "moment"),
    ],
)
def test_every_choice_of_a_setting_has_a_note(notes: dict[str, object], key: str) -> None:
    assert set(notes) == set(SPECS[key].choices or ())


def test_presets_protocols_and_moments_have_notes() -> None:
    assert set(training.PRESETS) == set(PRESETS)
    assert set(evaluation.PROTOCOLS) == set(PROTOCOL_NAMES)
    assert set(evaluation.MOMENTS) >= set(MOMENT_NAMES)


def test_every_figure_of_an_evaluation_has_a_note(trained_shop: object) -> None:
    import json

    files = list((trained_shop / "home" / "runs").glob("*/evaluation.json"))  # type: ignore[operator]
    metrics = {
        name.partition("@")[0]
        for file in files
        for model in json.loads(file.read_text("utf-8"))["models"]
        for name in model["metrics"]
    }
    assert metrics
    assert metrics <= set(evaluation.METRICS)


def test_every_command_has_an_example() -> None:
    assert set(EXAMPLES) == {name for name, _context in all_commands()}


def test_every_command_and_flag_is_on_the_page_of_commands() -> None:
    text = (DOCS / "en" / "reference" / "commands.md").read_text("utf-8")
    for name, context in all_commands():
        section = text.partition(f"# vitrina {name} {{#")[2].partition("\n## ")[0]
        for parameter in context.command.params:
            for flag in parameter.opts:
                if flag.startswith("-"):
                    assert flag in section, (name, flag)
    assert all(flag in text for parameter in cli.params for flag in parameter.opts)


def test_every_page_of_the_interface_says_what_it_shows(home: Home) -> None:
    create_app(home)
    registered = {page["path_template"] or page["path"] for page in dash.page_registry.values()} - {
        "/not-found-404"
    }
    assert set(PAGE_HELP) == registered


def test_every_other_address_of_the_server_is_described() -> None:
    assert set(ADDRESSES) == set(other_addresses())


def test_every_environment_variable_is_described() -> None:
    code = "".join(
        file.read_text("utf-8")
        for package in ("dashboard", "data", "model")
        for file in (ROOT / package).rglob("*.py")
    )
    read = {name for name in ENVIRONMENT if f'"{name}"' in code or f'envvar="{name}"' in code}
    assert read == set(ENVIRONMENT)


def test_every_path_of_the_interface_is_described(home: Home) -> None:
    rules = create_app(home, api=ApiSettings()).server.url_map.iter_rules()
    paths = {rule.rule.removeprefix(PREFIX) for rule in rules if rule.rule.startswith(PREFIX)}
    elsewhere = {"/", "/<path:rest>"}
    assert paths - elsewhere == {*description("", token=False)["paths"], "/openapi.json"}
