"""The support application: its routers, and what they work on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from services import health
from services.coordinator.database import Database, DatabaseLost
from services.coordinator.smb_client import SmbClient
from services.coordinator.smb_errors import NotThere, SmbFailure
from services.coordinator.support import arrange, downstream, faults, handles, reset, share, state
from services.coordinator.support.bench import Bench
from services.coordinator.support.settings import Settings

TIMEOUT_S = 30.0
APPLICATION_NAME = "coordinator-support"


def app_from(environ: Mapping[str, str]) -> FastAPI:
    """Build the support API of one coordinator; SettingsError if the environment does not say of which."""
    settings = Settings.read(environ)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            app.state.bench = await _bench(settings, stack)
            yield
            await handles.close_all(app.state.bench)

    app = FastAPI(title="Coordinator support", lifespan=lifespan)
    for module in (health, arrange, share, handles, downstream, faults, state, reset):
        app.include_router(module.router)
    app.add_exception_handler(SmbFailure, _smb_failed)
    app.add_exception_handler(DatabaseLost, _unreachable)
    app.add_exception_handler(httpx.TransportError, _unreachable)
    return app


async def _bench(settings: Settings, stack: AsyncExitStack) -> Bench:
    async def client(url: str) -> httpx.AsyncClient:
        return await stack.enter_async_context(httpx.AsyncClient(base_url=url, trust_env=False, timeout=TIMEOUT_S))

    database = await Database.open(settings.database_url, APPLICATION_NAME)
    stack.push_async_callback(database.close)
    connection = SmbClient(settings.account)
    stack.push_async_callback(connection.close)
    stand_ins = {
        "foi": settings.foi_api_url,
        "iqube": settings.iqube_api_url,
        "itm": settings.itm_api_url,
        "failpoints": settings.it_failpoints_url,
    }
    return Bench(
        settings=settings,
        database=database,
        share=connection,
        coordinator=await client(settings.it_coordinator_base_url),
        stand_ins={name: await client(url) for name, url in stand_ins.items() if url},
    )


# Starlette types every handler as taking a plain Exception.
def _smb_failed(_: Request, error: Exception) -> JSONResponse:
    status = HTTPStatus.NOT_FOUND if isinstance(error, NotThere) else HTTPStatus.CONFLICT
    return JSONResponse({"detail": str(error)}, status)


def _unreachable(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error) or type(error).__name__}, HTTPStatus.BAD_GATEWAY)
