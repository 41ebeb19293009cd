"""The support application: its routers, and the database and the model they reach."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from services import health
from services.l1.database import create_engine, create_sessions
from services.l1.errors import install_error_handlers
from services.l1.settings import Settings
from services.l1.support import arrange, language_model, observe

# The stand-in answers these routes at once, whatever its mode.
STAND_IN_TIMEOUT_S = 5.0


def app_from(environ: Mapping[str, str]) -> FastAPI:
    """Build the application for the database and the stand-in model of the environment.

    Raises:
        SettingsError: the environment is incomplete or wrong.
    """
    settings = Settings.read(environ)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = create_engine(settings.database_url)
        llm = httpx.AsyncClient(base_url=settings.l1_llm_base_url, timeout=STAND_IN_TIMEOUT_S, trust_env=False)
        async with llm:
            app.state.sessions, app.state.llm = create_sessions(engine), llm
            yield
        await engine.dispose()

    app = FastAPI(title="L1 support", lifespan=lifespan)
    install_error_handlers(app)
    app.add_exception_handler(httpx.HTTPError, _no_stand_in)
    for router in (health.router, arrange.router, observe.router, language_model.router):
        app.include_router(router)
    return app


def _no_stand_in(_: Request, __: Exception) -> JSONResponse:
    return JSONResponse({"detail": "llm_stand_in_unavailable"}, 502)
