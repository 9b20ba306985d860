"""HTTP answers that are not GraphQL's own: error pages, and answers made wrong on purpose."""

from typing import Any, Final

from aiohttp import web

UNKNOWN_STATUS: Final = "FROZEN"
REASONS: Final = {
    401: "Authorization Required",
    403: "Forbidden",
    404: "Not Found",
    408: "Request Time-out",
    429: "Too Many Requests",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
    511: "Network Authentication Required",
}
LOGIN_PATH: Final = "/login"
PORTAL: Final = "<html><head><title>Free Wi-Fi</title></head><body>Please sign in.</body></html>"


def page(status: int) -> web.Response:
    """Return an nginx error page."""
    title = f"{status} {REASONS.get(status, 'Error')}"
    text = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return web.Response(status=status, text=text, content_type="text/html")


def portal() -> web.Response:
    """Return what a Wi-Fi portal answers to everything."""
    return web.Response(text=PORTAL, content_type="text/html")


def redirect() -> web.Response:
    """Return the way to a Wi-Fi portal's login page."""
    return web.Response(status=302, headers={"Location": LOGIN_PATH})


def with_nulls(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer with every field below its root fields null."""
    data = answer.get("data") or {}
    nulled = {
        name: dict.fromkeys(value) if isinstance(value, dict) else None
        for name, value in data.items()
    }
    return {**answer, "data": nulled}


def with_unknown_status(answer: Any) -> Any:
    """Return the answer with every status in it replaced by one nobody knows."""
    if isinstance(answer, list):
        return [with_unknown_status(item) for item in answer]
    if not isinstance(answer, dict):
        return answer
    return {
        name: UNKNOWN_STATUS
        if name in ("status", "paymentStatus") and isinstance(value, str)
        else with_unknown_status(value)
        for name, value in answer.items()
    }


async def half_an_answer(request: web.BaseRequest, text: str) -> web.StreamResponse:
    """Send the first half of `text` and drop the connection."""
    whole = text.encode()
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(whole)
    await response.prepare(request)
    await response.write(whole[: len(whole) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def no_answer(request: web.BaseRequest) -> web.Response:
    """Cut the connection; the response is for nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
