"""Request bodies: read up to a limit, checked against a model."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse


class Problem(Exception):
    """The request is answered with this status; pages find their words by `code`."""

    def __init__(self, status: int, code: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.code, self.reason = status, code, reason


class TooLong(Exception):
    """The body is longer than allowed; the rest of it was not read."""


class Body(BaseModel):
    """What a page sends: exactly these fields, of exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True)


B = TypeVar("B", bound=Body)


async def read(request: Request, limit: int) -> bytes:
    """The body, of at most `limit` bytes; `TooLong` otherwise."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise TooLong
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLong
    return bytes(body)


async def parse(request: Request, model: type[B], limit: int = 64 * 1024) -> B:
    """The JSON body as a `model`; a `Problem` that says in one line what is wrong with it."""
    try:
        return model.model_validate_json(await read(request, limit))
    except TooLong:
        raise Problem(413, "too_large", f"more than {limit} bytes") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Problem(400, "bad_body", f"{where or 'body'}: {first['msg']}") from None


async def answer_problem(request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, Problem)  # noqa: S101 (Starlette types handlers for Exception)
    return JSONResponse({"code": problem.code, "reason": problem.reason}, problem.status)
