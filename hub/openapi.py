"""The hub's interface as OpenAPI 3.1, from the values that it reads and says. `python -m hub.openapi` prints it."""

import sys
from typing import Any

import msgspec

from kiosk.protocol import batch, commands, configuration, form_files, pairing, sealing, status
from kiosk.protocol.envelope import Envelope
from kiosk.protocol.signing import MAX_AGE_S
from kiosk.queueing import hall

REFUSALS: dict[batch.Problem, int] = {
    "gap": 409,
    "fork": 409,
    "batch": 422,
    "signature": 401,
    "clock": 401,
    "revoked": 403,
    "code": 403,
    "size": 413,
    "busy": 503,
}
"""The HTTP status of each problem."""
MOST_CONTENT = 1 << 20
"""Bytes of a request, as they are on the wire."""
_OF_TERMINALS: tuple[batch.Problem, ...] = ("batch", "signature", "clock", "revoked", "size", "busy")
"""How whatever comes from a terminal that was paired may be refused."""
_SIGNED = ("Content-Digest", "Signature-Input", "Signature")
_HEADERS = [{"name": header, "in": "header", "required": True, "schema": {"type": "string"}} for header in _SIGNED]
_REF = "#/components/schemas/{name}"


def document() -> dict[str, Any]:
    """The whole document."""
    _, schemas = msgspec.json.schema_components(
        [
            batch.Receipt,
            batch.Refused,
            batch.CloudEvent,
            pairing.Pairing,
            pairing.Paired,
            status.Status,
            status.Heard,
            commands.Poll,
            commands.Commands,
            commands.Given,
            configuration.Wanted,
            configuration.Bundle,
            form_files.WantedForm,
            form_files.FormFiles,
            sealing.Private,
            sealing.SealingKey,
            hall.Attending,
            hall.Wished,
            hall.SignedAnswer,
            hall.HallNews,
            hall.Done,
            Envelope,
        ],
        schema_hook=lambda _: {"description": "What an event of this type holds: docs/events.md."},
        ref_template=_REF,
    )
    schemas["CloudEvent"]["properties"]["data"] = {
        "$ref": _REF.format(name="Envelope"),
        "description": "Byte for byte as the terminal stores it: the chain of hashes is over these bytes.",
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Menkou hub",
            "version": "1",
            "description": "Receives the journals of terminals. docs/hub.md says what the answers mean.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            "/v1/journal": {
                "post": _operation(
                    "sendJournal",
                    "Send rows of a journal, gzipped, one after another; the answer comes once they are on disk.",
                    {
                        batch.CONTENT_TYPE: {
                            "schema": {
                                "type": "array",
                                "minItems": 1,
                                "maxItems": batch.MOST_ROWS,
                                "items": {"$ref": _REF.format(name="CloudEvent")},
                            }
                        }
                    },
                    "Receipt",
                    ("gap", "fork", *_OF_TERMINALS),
                )
            },
            pairing.PATH: {
                "post": _operation(
                    "pair",
                    "Make a terminal known by the code that its staff was given; signed with the key that is sent.",
                    {pairing.CONTENT_TYPE: {"schema": {"$ref": _REF.format(name="Pairing")}}},
                    "Paired",
                    ("batch", "signature", "clock", "code", "size", "busy"),
                )
            },
            status.PATH: {
                "post": _operation(
                    "tellStatus",
                    "Say how the terminal is; only the last is kept.",
                    {status.CONTENT_TYPE: {"schema": {"$ref": _REF.format(name="Status")}}},
                    "Heard",
                    _OF_TERMINALS,
                )
            },
            commands.PATH: {
                "post": _operation(
                    "askForCommands",
                    "Tell what came of commands and wait for more: answered when there is something, else after "
                    f"{commands.HOLD_S:g} s. `given` of a command is a `Given` in JSON, signed by the hub.",
                    {commands.CONTENT_TYPE: {"schema": {"$ref": _REF.format(name="Poll")}}},
                    "Commands",
                    _OF_TERMINALS,
                )
            },
            hall.PATH: {
                "post": _operation(
                    "attendQueue",
                    "Say what this terminal queues people for, and wait for news of the hall's queue: answered when "
                    f"there are any, else after {hall.HOLD_S:g} s. `said` is a `HallNews` in JSON.",
                    {hall.CONTENT_TYPE: {"schema": {"$ref": _REF.format(name="Attending")}}},
                    "SignedAnswer",
                    _OF_TERMINALS,
                )
            },
            hall.WISH_PATH: {
                "post": _operation(
                    "wishOfClerk",
                    "Do what a clerk wants who works at a terminal; `said` is a `Done` in JSON.",
                    {hall.CONTENT_TYPE: {"schema": {"$ref": _REF.format(name="Wished")}}},
                    "SignedAnswer",
                    _OF_TERMINALS,
                )
            },
            commands.log_path("{command}"): {
                "post": {
                    **_operation(
                        "sendLog",
                        "Send the log that a command asked for; sent again it is the same one.",
                        {commands.LOG_TYPE: {"schema": {"type": "string"}}},
                        "Heard",
                        _OF_TERMINALS,
                    ),
                    "parameters": [
                        *_HEADERS,
                        {"name": "command", "in": "path", "required": True, "schema": {"type": "string"}},
                    ],
                }
            },
            configuration.PATH: {
                "post": _operation(
                    "fetchConfiguration",
                    "Fetch a version of what the hall's terminals are configured with; the command names its digest.",
                    {configuration.CONTENT_TYPE: {"schema": {"$ref": _REF.format(name="Wanted")}}},
                    "Bundle",
                    _OF_TERMINALS,
                )
            },
            form_files.PATH: {
                "post": _operation(
                    "fetchForm",
                    "Fetch the files of a form, in base64; a configuration names it by the SHA-256 of the answer.",
                    {form_files.CONTENT_TYPE: {"schema": {"$ref": _REF.format(name="WantedForm")}}},
                    "FormFiles",
                    _OF_TERMINALS,
                )
            },
            sealing.PATH: {
                "post": _operation(
                    "sendPrivate",
                    "Send personal values sealed (HPKE) for the key that the answer names, or nothing to learn it.",
                    {sealing.CONTENT_TYPE: {"schema": {"$ref": _REF.format(name="Private")}}},
                    "SealingKey",
                    _OF_TERMINALS,
                )
            },
            "/healthz": {
                "get": {
                    "operationId": "health",
                    "summary": "Whether this process serves.",
                    "responses": {"200": {"description": "It does.", "content": {"text/plain": {}}}},
                }
            },
        },
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


def _operation(
    name: str, summary: str, content: dict[str, Any], answer: str, problems: tuple[batch.Problem, ...]
) -> dict[str, Any]:
    refusals: dict[str, list[str]] = {}
    for problem in problems:
        refusals.setdefault(str(REFUSALS[problem]), []).append(f"`{problem}`")
    return {
        "operationId": name,
        "summary": summary,
        "description": f"Signed after RFC 9421; the clocks may differ by {MAX_AGE_S} s. At most {MOST_CONTENT} bytes.",
        "parameters": _HEADERS,
        "requestBody": {"required": True, "content": content},
        "responses": {
            "200": _response("Done.", answer),
            **{
                status: _response(f"Refused: {', '.join(said)}. Nothing was kept.", "Refused")
                for status, said in sorted(refusals.items())
            },
        },
    }


def _response(said: str, name: str) -> dict[str, Any]:
    return {"description": said, "content": {"application/json": {"schema": {"$ref": _REF.format(name=name)}}}}


def written() -> str:
    """The document as it stands in docs/hub-openapi.json."""
    text = msgspec.json.format(msgspec.json.encode(document()), indent=2).decode() + "\n"
    return text.replace("\\\\Z", "$")  # the end of a text, in the patterns of JSON Schema


if __name__ == "__main__":
    sys.stdout.write(written())
