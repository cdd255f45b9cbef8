"""What a configuration of the lab's model may say, and what it has to say for given numbers (model_config.proto)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textproto import Message, TextError, Word, parse

Config = dict[str, Any]
TENSOR = {"name": str, "data_type": Word, "dims": [int]}
SCHEMA: dict[str, Any] = {
    "name": str,
    "backend": str,
    "max_batch_size": int,
    "input": [TENSOR],
    "output": [TENSOR],
    "instance_group": [{"count": int, "kind": Word}],
    "dynamic_batching": {"preferred_batch_size": [int], "max_queue_delay_microseconds": int},
}
INPUTS = [{"name": "x", "data_type": "TYPE_INT64", "dims": [4]}]
OUTPUTS = [
    {"name": "batch", "data_type": "TYPE_INT64", "dims": [1]},
    {"name": "y", "data_type": "TYPE_INT64", "dims": [4]},
]


class ConfigError(ValueError):
    """The configuration says something twice, or something that this lab does not ask for."""


def read(text: str) -> Config:
    """Return the configuration as JSON would say it; raises ConfigError or TextError."""
    return _checked(parse(text), SCHEMA, "")


def expected(name: str, max_batch_size: int, preferred: Sequence[int], delay_us: int | None) -> Config:
    """The configuration for these numbers; no ``dynamic_batching`` when ``delay_us`` is None."""
    config: Config = {
        "name": name,
        "backend": "python",
        "max_batch_size": max_batch_size,
        "input": INPUTS,
        "output": OUTPUTS,
        "instance_group": [{"count": 1, "kind": "KIND_CPU"}],
    }
    if delay_us is not None:
        batching: Config = {"preferred_batch_size": list(preferred)} if preferred else {}
        config["dynamic_batching"] = {**batching, "max_queue_delay_microseconds": delay_us}
    return config


def differences(text: str, right: Config) -> tuple[str | None, list[str]]:
    """Why the text cannot be read (or None), and the fields in which it differs from ``right``."""
    try:
        found = read(text)
    except (ConfigError, TextError) as error:
        return str(error), []
    found["output"] = sorted(found.get("output", []), key=lambda tensor: str(tensor.get("name")))
    return None, [
        f"{field} is {found.get(field, 'absent')}, {right.get(field, 'absent')} was asked for"
        for field in {**right, **found}
        if found.get(field) != right.get(field)
    ]


def as_text(config: Config) -> str:
    """Write a configuration in text format."""
    return "".join(f"{line}\n" for line in _lines(config, ""))


def _checked(message: Message, schema: Mapping[str, Any], where: str) -> Config:
    found: Config = {}
    for name, values in message.fields.items():
        if name not in schema:
            raise ConfigError(f"{where}{name} is no field that this lab knows; it knows {', '.join(schema)}")
        kind = schema[name]
        repeated = isinstance(kind, list)
        if not repeated and (len(values) != 1 or message.times[name] != 1):
            raise ConfigError(f"{where}{name} stands {max(len(values), message.times[name])} times; it takes one value")
        converted = [_value(value, kind[0] if repeated else kind, f"{where}{name}") for value in values]
        found[name] = converted if repeated else converted[0]
    return found


def _value(value: object, kind: Any, where: str) -> Any:
    if isinstance(kind, dict):
        if not isinstance(value, Message):
            raise ConfigError(f"{where} takes a message in braces")
        return _checked(value, kind, f"{where}.")
    if not isinstance(value, kind):
        raise ConfigError(f"{where} takes {'a name without quotes' if kind is Word else kind.__name__}")
    return value.text if isinstance(value, Word) else value


def _lines(config: Config, indent: str) -> list[str]:
    found = []
    for name, value in config.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                found += [f"{indent}{name} {{", *_lines(each, indent + "  "), f"{indent}}}"]
            else:
                quoted = isinstance(each, str) and SCHEMA_WORDS.get(name) is not Word
                found.append(f'{indent}{name}: "{each}"' if quoted else f"{indent}{name}: {each}")
    return found


SCHEMA_WORDS = {"data_type": Word, "kind": Word}
