"""Reads the published document, and holds requests and answers against it.

Only the keywords that the document uses are understood; any other is an error here, so none can pass unchecked.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parents[2] / "docs" / "gas-company-openapi.json"

_TYPES: dict[str, type] = {"object": dict, "array": list, "string": str, "integer": int}
_WORDS = {"description", "examples"}


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    name: str
    method: str
    path: str
    responses: dict[str, Any]
    request: dict[str, Any] | None
    parameters: list[dict[str, Any]]


class Document:
    """The OpenAPI document."""

    def __init__(self) -> None:
        self.content: dict[str, Any] = json.loads(DOCUMENT.read_text())

    def operations(self) -> Iterator[Operation]:
        for path, methods in self.content["paths"].items():
            for method, operation in methods.items():
                yield Operation(
                    name=operation["operationId"],
                    method=method.upper(),
                    path=path,
                    responses={status: self.follow(each) for status, each in operation["responses"].items()},
                    request=operation.get("requestBody"),
                    parameters=[self.follow(each) for each in operation["parameters"]],
                )

    def follow(self, node: dict[str, Any]) -> dict[str, Any]:
        """The node that a `$ref` names, or the node itself."""
        while "$ref" in node:
            target: Any = self.content
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def references(self, node: Any = None) -> Iterator[str]:
        """Every `$ref` in the document."""
        node = self.content if node is None else node
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            node = list(node.values())
        if isinstance(node, list):
            for each in node:
                if isinstance(each, dict | list):
                    yield from self.references(each)

    def codes(self, response: dict[str, Any]) -> list[str]:
        """The error codes that a response documents."""
        schema = self.follow(response["content"]["application/json"]["schema"])
        codes: list[str] = schema.get("properties", {}).get("error", {}).get("enum", [])
        return codes

    def complaints(self, value: Any, schema: dict[str, Any], place: str = "$") -> list[str]:
        """What of `value` the schema does not allow. A field that the schema does not name is a complaint."""
        schema = self.follow(schema)
        said: list[str] = []
        for keyword, rule in schema.items():
            match keyword:
                case "type":
                    ok = isinstance(value, _TYPES[rule]) and not isinstance(value, bool)
                case "const":
                    ok = value == rule
                case "enum":
                    ok = value in rule
                case "pattern":
                    ok = re.search(rule.replace("$", r"\Z"), value) is not None
                case "minimum":
                    ok = value >= rule
                case "maximum":
                    ok = value <= rule
                case "maxLength" | "maxItems":
                    ok = len(value) <= rule
                case "minItems":
                    ok = len(value) >= rule
                case "required":
                    ok = set(rule) <= set(value)
                case "items":
                    ok = True
                    for number, item in enumerate(value):
                        said += self.complaints(item, rule, f"{place}[{number}]")
                case "properties":
                    ok = set(value) <= set(rule)
                    for name in set(value) & set(rule):
                        said += self.complaints(value[name], rule[name], f"{place}.{name}")
                case "oneOf":
                    ok = sum(not self.complaints(value, each) for each in rule) == 1
                case word if word in _WORDS:
                    ok = True
                case _:
                    raise NotImplementedError(f"the document uses {keyword!r}")
            if not ok:
                said.append(f"{place} breaks {keyword}")
                if keyword == "type":
                    return said
        return said
