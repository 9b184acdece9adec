"""The hand at one simulator's control interface (see `kiosk.testing.simulator`): whoever plays the world uses it."""

import json
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]


class SimulatorError(RuntimeError):
    """A simulator did not start, does not answer, or its control interface refused."""


class RefusedError(SimulatorError):
    """The control interface refused; `reason` is its own word."""

    def __init__(self, name: str, path: str, content: bytes) -> None:
        text = content.decode(errors="replace")
        try:
            self.reason = str(json.loads(text)["error"])
        except (ValueError, LookupError, TypeError):
            self.reason = text
        super().__init__(f"{name} refused {path}: {text}")


class Hand:
    """Blocking calls; each raises `SimulatorError`. Any thread."""

    def __init__(self, name: str, control: str, timeout_s: float = 30) -> None:
        """`control` is the URL that the simulator announced."""
        self.name = name
        self._host = urlsplit(control).netloc
        self._timeout_s = timeout_s

    def index(self) -> Json:
        """What there is to do: `{"title", "actions", "faults", "buttons"}`."""
        return self._ask("/", None)

    def do(self, action: str, **what: object) -> Json:
        """`POST /do/ACTION`."""
        return self._ask(f"/do/{action}", what)

    def arm(self, fault: str, **more: object) -> Json:
        """Arm a fault, once or `times`; what is armed now."""
        return self._ask("/faults", {"name": fault, **more})

    def clear(self, fault: str | None = None) -> Json:
        """Disarm one fault, or all; what is armed now."""
        return self._ask("/faults/clear", {} if fault is None else {"name": fault})

    def faults(self) -> Json:
        """`{"known": {...}, "armed": [...]}`."""
        return self._ask("/faults", None)

    def books(self) -> Json:
        """Everything the simulator has booked."""
        return self._ask("/books", None)

    def talk(self, after: int = 0) -> Json:
        """What passed on the wire since line `after`."""
        return self._ask(f"/talk?after={after}", None)

    def fetch(self, path: str) -> bytes:
        """Any other resource."""
        return self._request(path, None)

    def _ask(self, path: str, body: Json | None) -> Json:
        try:
            answer = json.loads(self._request(path, body))
        except ValueError as error:
            raise SimulatorError(f"{self.name} answered {path} with something else than JSON") from error
        if not isinstance(answer, dict):
            raise SimulatorError(f"{self.name} answered {path} with something else than an object")
        return answer

    def _request(self, path: str, body: Json | None) -> bytes:
        connection = HTTPConnection(self._host, timeout=self._timeout_s)
        try:
            if body is None:
                connection.request("GET", path)
            else:
                connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException) as error:
            raise SimulatorError(f"{self.name} does not answer {path}: {error}") from error
        finally:
            connection.close()
        if answer.status != HTTPStatus.OK:
            raise RefusedError(self.name, path, content)
        return content
