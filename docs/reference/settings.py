"""The page of settings."""

from data.validation import SettingSpec, as_json
from docs.notes.settings import WHEN
from docs.notes.training import PRESETS
from docs.reference.markdown import anchor, heading, literal, table
from docs.reference.markdown import page as whole_page
from model.config.presets import PRESETS as CONFIGURATIONS
from model.config.run_config import RunConfig, setting_specs

PURPOSE = (
    "A run is decided by these settings. The form of the page Train shows all of them;"
    " `vitrina train NAME --set KEY=VALUE` changes one. A value that is not allowed is refused with"
    " a sentence that says what is."
)


def page() -> str:
    """Return every setting by group, with its default, its range and when to change it."""
    parts = [_presets()]
    groups: dict[str, list[SettingSpec]] = {}
    for spec in setting_specs().values():
        groups.setdefault(spec.group, []).append(spec)
    for group, specs in groups.items():
        parts.append(f"## {group}")
        parts += [_setting(spec) for spec in specs]
    return whole_page("Settings of a run", PURPOSE, *parts)


def _setting(spec: SettingSpec) -> str:
    facts = table(
        ["key", "default", "takes"],
        [[literal(spec.key), literal(as_json(spec.default)) or "nothing", _allowed(spec)]],
    )
    when = WHEN.get(spec.key, "")
    return "\n\n".join(
        [
            heading(spec.label, anchor(spec.key), 3),
            spec.help,
            facts,
            f"**When to change it.** {when}",
        ]
    )


def _allowed(spec: SettingSpec) -> str:
    return spec.allowed() if spec.choices is None else ", ".join(map(literal, spec.choices))


def _presets() -> str:
    default = RunConfig().as_dict()
    lines = [
        heading("Presets", "presets"),
        "A preset is a set of settings; what is not named here has its default.",
    ]
    for name, config in CONFIGURATIONS.items():
        changed = {key: value for key, value in config.as_dict().items() if default[key] != value}
        pairs = " ".join(literal(f"{key}={_text(value)}") for key, value in changed.items())
        lines.append(f"**{name}.** {PRESETS[name].use} {pairs}")
    return "\n\n".join(lines)


def _text(value: object) -> str:
    return literal(value).strip("`")
