"""Whether the process answers, and whether it can answer queries."""

from fastapi import APIRouter, Request

from aseancan_kg.errors import StoreUnavailable
from aseancan_kg.web.state import state_of

router = APIRouter(prefix="/health")


@router.get("/live")
async def live() -> dict[str, str]:
    """Tell that the process answers."""
    return {"status": "live"}


@router.get("/ready")
@router.get("", operation_id="health")
async def ready(request: Request) -> dict[str, str | int]:
    """Tell that queries are answered, and of which dataset; 503 when they are not."""
    state = state_of(request)
    if not state.engine.ready:
        raise StoreUnavailable("queries cannot be answered now", remedy="Ask again in a moment.")
    return {"status": "ready", "version": state.store.version, "graphs": len(state.store.graphs)}
