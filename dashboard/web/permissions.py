"""The role that each route and each callback takes.

What is in neither table takes the role ``administer``; a test fails where an entry is missing.
"""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request

from dashboard.context import Forbidden, require
from dashboard.identity import Role
from dashboard.web.errors import CALLBACKS as CALLBACK_PATH

ROUTES: Mapping[str, Role | None] = {
    "health": None,
    "sign_in": None,
    "sign_out": None,
    "_dash_assets.static": None,
    "/_favicon.ico": None,
    "/": Role.LOOK,
    "/<path:path>": Role.LOOK,
    "/_dash-layout": Role.LOOK,
    "/_dash-dependencies": Role.LOOK,
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": Role.LOOK,
    "/_reload-hash": Role.LOOK,
    "/_dash-update-component": Role.LOOK,  # and what the callback takes
    "bundle": Role.LOOK,
    "lists": Role.LOOK,
    "record": Role.LOOK,
    "help": Role.LOOK,
    "help_page": Role.LOOK,
    "help_start": Role.LOOK,
    "rejects": Role.LOOK,
    "dataset_report": Role.LOOK,
    "run_report": Role.LOOK,
    "model_report": Role.LOOK,
    "comparison_report": Role.LOOK,
    "upload": Role.TRAIN,
    "api.openapi": Role.LOOK,
    "api.list_runs": Role.LOOK,
    "api.list_models": Role.LOOK,
    "api.list_placements": Role.LOOK,
    "api.ask": Role.LOOK,
    "api.recommend": Role.LOOK,
    "api.recommend_many": Role.LOOK,
    "api.client": Role.LOOK,
    "api.rest-1": Role.LOOK,
    "api.rest-12": Role.LOOK,
}
"""The role of each endpoint; None for those that take no sign-in."""

_DATASETS, _RECOMMEND, _RUNS = (
    f"dashboard.pages.{area}" for area in ("datasets", "recommend", "runs")
)

CALLBACKS: Mapping[str, Role] = {
    "dash.dash.update": Role.LOOK,
    "dashboard.components.figure_card.save_table": Role.LOOK,
    "dashboard.web.help_panel.show": Role.LOOK,
    "dashboard.web.messages_panel.show": Role.LOOK,
    "dashboard.web.messages_panel.send_test": Role.ADMINISTER,
    "dashboard.web.shell.follow": Role.LOOK,
    "dashboard.pages.gallery_page.show_figures": Role.LOOK,
    "dashboard.pages.gallery_page.show_toast": Role.LOOK,
    "dashboard.pages.home.page.follow": Role.LOOK,
    "dashboard.pages.home.page.make_demo": Role.TRAIN,
    "dashboard.pages.home.page.import_sample": Role.TRAIN,
    f"{_DATASETS}.dataset_page.show": Role.LOOK,
    f"{_DATASETS}.attribute_cards.show": Role.LOOK,
    f"{_DATASETS}.filter_bar.fill": Role.LOOK,
    f"{_DATASETS}.filter_bar.collect": Role.LOOK,
    f"{_DATASETS}.filter_bar.clear": Role.LOOK,
    f"{_DATASETS}.attribute_filters.fill": Role.LOOK,
    f"{_DATASETS}.table_page.respond": Role.LOOK,
    f"{_DATASETS}.quality_page.show_findings": Role.LOOK,
    f"{_DATASETS}.side_table_fields.choose": Role.TRAIN,
    f"{_DATASETS}.side_table_fields.show": Role.TRAIN,
    f"{_DATASETS}.side_table_card.start": Role.TRAIN,
    f"{_DATASETS}.side_table_card.follow": Role.LOOK,
    f"{_DATASETS}.index_page.offer_actions": Role.LOOK,
    f"{_DATASETS}.index_page.rename_dataset": Role.ADMINISTER,
    f"{_DATASETS}.index_page.delete_datasets": Role.ADMINISTER,
    f"{_DATASETS}.index_page.delete_damaged": Role.ADMINISTER,
    f"{_DATASETS}.index_page.show_new_datasets": Role.LOOK,
    f"{_DATASETS}.index_page.import_sample": Role.TRAIN,
    f"{_DATASETS}.import_list.poll": Role.LOOK,
    f"{_DATASETS}.import_list.cancel": Role.TRAIN,
    f"{_DATASETS}.import_list.dismiss": Role.TRAIN,
    f"{_DATASETS}.import_form.choose": Role.TRAIN,
    f"{_DATASETS}.import_form.check": Role.TRAIN,
    f"{_DATASETS}.import_form.read_again": Role.TRAIN,
    f"{_DATASETS}.import_form.understand_again": Role.TRAIN,
    f"{_DATASETS}.import_form.warn": Role.TRAIN,
    f"{_DATASETS}.import_form.start": Role.TRAIN,
    f"{_DATASETS}.preparation_page.take_preset": Role.LOOK,
    f"{_DATASETS}.preparation_page.show_steps": Role.LOOK,
    f"{_DATASETS}.preparation_page.save_steps": Role.TRAIN,
    f"{_RECOMMEND}.products_page.show": Role.LOOK,
    f"{_RECOMMEND}.products_page.suggest": Role.LOOK,
    f"{_RECOMMEND}.buyer_page.show": Role.LOOK,
    f"{_RECOMMEND}.buyer_page.fit_baselines": Role.LOOK,  # a click takes train
    f"{_RECOMMEND}.product_map_card.compute": Role.TRAIN,
    f"{_RECOMMEND}.product_map_card.show_map": Role.LOOK,
    f"{_RECOMMEND}.buyer_page.go_to_adjacent_buyer": Role.LOOK,
    f"{_RECOMMEND}.buyer_page.suggest_buyers": Role.LOOK,
    f"{_RECOMMEND}.buyer_page.find_buyers_by_criteria": Role.LOOK,
    f"{_RECOMMEND}.buyer_page.suggest_products": Role.LOOK,
    f"{_RECOMMEND}.error_analysis_page.follow": Role.LOOK,  # a click takes train
    f"{_RECOMMEND}.placements_page.show": Role.LOOK,
    f"{_RECOMMEND}.placements_page.save": Role.ADMINISTER,
    f"{_RECOMMEND}.placements_page.remove": Role.ADMINISTER,
    f"{_RECOMMEND}.placements_page.change_model": Role.ADMINISTER,
    f"{_RECOMMEND}.placements_page.follow": Role.LOOK,  # a click takes train
    f"{_RECOMMEND}.export_page.start": Role.TRAIN,
    f"{_RECOMMEND}.export_page.follow": Role.LOOK,
    f"{_RUNS}.train_page.fill": Role.LOOK,
    f"{_RUNS}.train_page.check": Role.LOOK,
    f"{_RUNS}.train_page.show_preparation": Role.LOOK,
    f"{_RUNS}.train_page.start": Role.TRAIN,
    f"{_RUNS}.train_page.save": Role.LOOK,
    f"{_RUNS}.train_page.load": Role.LOOK,
    f"{_RUNS}.index_page.follow": Role.LOOK,
    f"{_RUNS}.index_page.offer_comparison": Role.LOOK,
    f"{_RUNS}.index_page.pause": Role.TRAIN,
    f"{_RUNS}.index_page.limit": Role.TRAIN,
    f"{_RUNS}.index_page.put_first": Role.TRAIN,
    f"{_RUNS}.index_page.undo": Role.ADMINISTER,
    f"{_RUNS}.table_tools.choose_columns": Role.LOOK,
    f"{_RUNS}.table_tools.offer_reference": Role.LOOK,
    f"{_RUNS}.table_tools.pin": Role.LOOK,
    f"{_RUNS}.selection_actions.offer": Role.LOOK,
    f"{_RUNS}.selection_actions.tag": Role.TRAIN,
    f"{_RUNS}.selection_actions.stop": Role.TRAIN,
    f"{_RUNS}.selection_actions.delete": Role.ADMINISTER,
    f"{_RUNS}.workers_card.follow": Role.LOOK,
    f"{_RUNS}.workers_card.drain": Role.ADMINISTER,
    f"{_RUNS}.run_page.follow": Role.LOOK,
    f"{_RUNS}.run_page.show_state": Role.LOOK,
    f"{_RUNS}.run_page.show_steps": Role.LOOK,
    f"{_RUNS}.run_page.show_epochs": Role.LOOK,
    f"{_RUNS}.run_page.show_pace": Role.LOOK,
    f"{_RUNS}.run_page.show_results": Role.LOOK,
    f"{_RUNS}.run_page.show_log": Role.LOOK,
    f"{_RUNS}.run_page.show_curves": Role.LOOK,
    f"{_RUNS}.drift_card.show": Role.LOOK,
    f"{_RUNS}.drift_card.start": Role.TRAIN,
    f"{_RUNS}.drift_card.start_backtest": Role.TRAIN,
    f"{_RUNS}.candidate_panel.show": Role.LOOK,
    f"{_RUNS}.candidate_panel.start": Role.TRAIN,
    f"{_RUNS}.service_card.show": Role.LOOK,
    f"{_RUNS}.service_card.change": Role.ADMINISTER,
    f"{_RUNS}.run_page.act": Role.TRAIN,
    f"{_RUNS}.run_page.stop": Role.TRAIN,
    f"{_RUNS}.run_page.delete": Role.ADMINISTER,
    f"{_RUNS}.run_page.describe": Role.TRAIN,
    f"{_RUNS}.compare_page.follow": Role.LOOK,
    f"{_RUNS}.compare_page.choose": Role.LOOK,
}
"""The role of each callback by its module and name; one that runs in the browser needs none."""


def route_role(endpoint: str | None) -> Role | None:
    """Return the role that an endpoint takes; None where it takes no sign-in.

    An address without an endpoint (None) takes the role of a page.
    """
    return Role.LOOK if endpoint is None else ROUTES.get(endpoint, Role.ADMINISTER)


def callback_role(name: str) -> Role:
    """Return the role that a callback of a name takes; see ``callback_name``."""
    return CALLBACKS.get(name, Role.ADMINISTER)


def callback_name(entry: Mapping[str, Any]) -> str | None:
    """Return module and name of a callback; None for one that runs in the browser.

    Parameters
    ----------
    entry : mapping
        Its entry in the ``callback_map`` of Dash.
    """
    function = entry.get("callback")
    if function is None:
        return None
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return f"{function.__module__}.{function.__name__}"


def check_callbacks(server: Flask, callbacks: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse calls of callbacks by users who do not have the role that they take.

    Parameters
    ----------
    server : Flask
    callbacks : mapping
        The ``callback_map`` of Dash; that the request is for one of them was checked before.
    """

    @server.before_request
    def check() -> Response | None:
        if request.path != CALLBACK_PATH:
            return None
        body = request.get_json()
        name = callback_name(callbacks[body["output"]])
        try:
            require(Role.LOOK if name is None else callback_role(name))
        except Forbidden as error:
            if not _is_action(body):
                return Response(status=204)  # nothing changes, and nobody has to be told
            return Response(f"{error}\n", 403, mimetype="text/plain")
        return None


def _is_action(body: Mapping[str, Any]) -> bool:
    """Return whether a person did something: Dash also calls when buttons appear on a page."""
    changed = body.get("changedPropIds", [])
    if any(not str(key).endswith(".n_clicks") for key in changed):
        return True
    groups = [entry if isinstance(entry, list) else [entry] for entry in body.get("inputs", [])]
    entries = [entry for group in groups for entry in group if isinstance(entry, dict)]
    return any(entry.get("property") == "n_clicks" and entry.get("value") for entry in entries)
