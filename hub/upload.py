"""A form with a file in it (`multipart/form-data`), read whole: files of staff are small."""

from email.parser import BytesParser
from email.policy import HTTP

import msgspec
from starlette.requests import Request

MOST_UPLOAD = 32 << 20


class Upload(msgspec.Struct, frozen=True):
    """What was sent."""

    fields: dict[str, str]
    name: str
    """Of the file, as the browser says it; empty where none was chosen."""
    content: bytes


async def upload_of(request: Request) -> Upload | None:
    """What a form sent; None for what is none, or too much."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return None
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > MOST_UPLOAD:
            return None
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n" + content)
    fields: dict[str, str] = {}
    name, file = "", b""
    for part in message.iter_parts() if message.is_multipart() else ():
        body = part.get_payload(decode=True)
        field = part.get_param("name", header="content-disposition")
        if not isinstance(body, bytes) or not isinstance(field, str):
            continue
        if part.get_filename() is None:
            fields[field] = body.decode("utf-8", "replace")[:1000]
        else:
            name, file = "".join(filter(str.isprintable, part.get_filename() or ""))[:100], body
    return Upload(fields, name, file)
