"""The files of ``deploy/`` are well-formed, and start commands that exist."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from dashboard.cli.group import cli
from data.home import STORE
from data.sharing.cache_limit import CACHE_LIMIT, bytes_of
from data.sharing.object_store import ObjectStore
from tests.conftest import ROOT
from tests.faults.test_ray import ON_RAY

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
FILES = sorted(file for file in DEPLOY.rglob("*") if file.is_file())


def compose(name: str = "compose.yaml") -> dict[str, Any]:
    result: dict[str, Any] = yaml.safe_load((DEPLOY / name).read_text("utf-8"))
    return result


def manifests(name: str) -> list[dict[str, Any]]:
    """Return the manifests of a file of Kubernetes."""
    return list(yaml.safe_load_all((DEPLOY / name).read_text("utf-8")))


def containers() -> list[dict[str, Any]]:
    """Return the containers of the manifests of Kubernetes."""
    return [
        container
        for name in ("kubernetes.yaml", "kubernetes.ray.yaml")
        for manifest in manifests(name)
        if "template" in manifest["spec"]
        for container in manifest["spec"]["template"]["spec"]["containers"]
    ]


def started(container: dict[str, Any]) -> list[list[str]]:
    """Return the commands that a container runs one after another, each with its program."""
    if "command" not in container:
        return [["vitrina", *container["args"]]]
    (script,) = container["args"]
    return [shlex.split(part.strip().removeprefix("exec ")) for part in script.split("&&")]


def commands() -> dict[str, list[str]]:
    """Return the words after ``vitrina`` of every command, by where it is."""
    image = (DEPLOY / "Dockerfile").read_text("utf-8")
    found = {"Dockerfile": json.loads(re.findall(r"^CMD (\[.+\])$", image, re.MULTILINE)[-1])}
    for name, service in compose()["services"].items():
        if "command" in service:
            found[f"compose.yaml: {name}"] = service["command"]
    for container in containers():
        for program, *words in started(container):
            if program == "vitrina":
                found[f"Kubernetes: {container['name']}"] = words
    for unit in UNITS:
        start = re.search(r"^ExecStart=\S+/vitrina (.+)$", unit.read_text("utf-8"), re.MULTILINE)
        assert start
        found[unit.name] = shlex.split(start[1])
    return found


@pytest.mark.parametrize(("place", "words"), commands().items(), ids=commands())
def test_a_command_and_its_options_exist(place: str, words: list[str]) -> None:
    context = click.Context(cli, **cli.context_settings)  # a command keeps the names of its help
    command = cli.get_command(context, words[0])
    assert command is not None
    command.make_parser(click.Context(command, parent=context)).parse_args(words[1:])


def test_server_and_workers_share_one_queue() -> None:
    """A server beside workers starts none of its own."""
    for place, words in commands().items():
        if words[0] == "serve" and place != "Dockerfile":
            assert "--no-worker" in words, place
    assert {place for place, words in commands().items() if words[0] == "worker"} == {
        "compose.yaml: worker-1",
        "compose.yaml: worker-2",
        "Kubernetes: head",
        "Kubernetes: worker",
        "vitrina-worker.service",
    }


def test_environment_variables_are_those_that_are_read() -> None:
    code = "".join(
        file.read_text("utf-8")
        for layer in ("data", "model", "dashboard")
        for file in (ROOT / layer).rglob("*.py")
    )
    for file in FILES:
        for name in re.findall(r"VITRINA_[A-Z_]+", file.read_text("utf-8")):
            assert f'"{name}"' in code, f"{file.name}: {name}"


def test_the_image_has_extras_that_exist_and_files_that_are_there() -> None:
    image = (DEPLOY / "Dockerfile").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = re.findall(r"^ARG EXTRAS=(.+)$", image, re.MULTILINE)[0].split(",")
    assert set(extras) <= set(project["optional-dependencies"])
    build = compose()["services"]["web"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()
    assert (ROOT / "requirements.lock").is_file()


def test_workers_have_names_that_stay() -> None:
    """A container's own name changes when it is made anew; its trainings would be lost."""
    for name, service in compose()["services"].items():
        if service.get("command", [""])[0] == "worker":
            assert service["hostname"] == name


def test_containers_have_a_read_only_root_and_no_privileges() -> None:
    for service in compose()["services"].values():
        if service["image"] == "vitrina":
            assert service["read_only"]
            assert service["cap_drop"] == ["ALL"]
    for container in containers():
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert not container["securityContext"]["allowPrivilegeEscalation"]


def test_the_nodes_of_ray_find_its_head() -> None:
    """Their commands are those of Ray, and the names are those of the manifests."""
    from ray.scripts.scripts import start

    options = {}
    for container in containers():
        for program, *words in started(container):
            if program == "ray":
                assert words[0] == "start"
                context = start.make_context("start", words[1:])
                options[container["name"]] = context.params
    head, node = options["head"], options["node"]
    assert (head["head"], head["num_cpus"], node["block"]) == (True, 0, True)
    (service,) = (one for one in manifests("kubernetes.ray.yaml") if one["kind"] == "Service")
    (port,) = service["spec"]["ports"]
    assert node["address"] == f"{service['metadata']['name']}:{port['port']}"
    assert port["port"] == int(head["port"])
    assert ["worker", *ON_RAY] in [words for _program, *words in started(containers()[2])]


def test_the_image_passes_hadolint() -> None:
    check("hadolint", str(DEPLOY / "Dockerfile"))


@pytest.mark.parametrize("name", ["compose.yaml", "compose.store.yaml"])
def test_the_services_follow_the_specification_of_compose(name: str) -> None:
    check("check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(DEPLOY / name))


def test_with_a_store_each_service_has_a_home_of_its_own() -> None:
    """A volume at the same place goes before that of ``compose.yaml``."""
    shared, own = compose()["services"], compose("compose.store.yaml")["services"]
    names = [name for name, service in shared.items() if service["image"] == "vitrina"]
    homes = [own[name]["volumes"] for name in names]
    assert homes == [[f"{name}:/data"] for name in names]
    for name in names:
        assert ObjectStore(own[name]["environment"][STORE])
        assert bytes_of(own[name]["environment"][CACHE_LIMIT])


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_passes_systemd(unit: Path, tmp_path: Path) -> None:
    text = unit.read_text("utf-8").replace("/opt/vitrina/bin/vitrina", shutil.which("true") or "")
    copy = tmp_path / unit.name
    copy.write_text(text, "utf-8")
    process = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", str(copy)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr


def check(tool: str, *words: str) -> None:
    """Run a tool of this environment; fail with what it says."""
    program = Path(sys.executable).parent / tool
    process = subprocess.run([program, *words], check=False, capture_output=True, text=True)
    assert process.returncode == 0, process.stdout + process.stderr
