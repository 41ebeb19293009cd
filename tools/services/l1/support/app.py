"""The support application: its routers, and the database, the service, the log and the model they reach."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from services import health
from services.l1.database import create_engine
from services.l1.errors import install_error_handlers
from services.l1.support import arrange, language_model, observe, people
from services.l1.support.log import WarningLog
from services.l1.support.rows import Catalogue
from services.l1.support.settings import Settings

# The stand-in answers its own routes at once, whatever its mode; so does a service that registers somebody.
TIMEOUT_S = 10.0


def app_from(environ: Mapping[str, str]) -> FastAPI:
    """Build the application for what the environment names.

    Raises:
        SettingsError: the environment is incomplete or wrong.
    """
    settings = Settings.read(environ)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = create_engine(settings.database_url)
        app.state.settings, app.state.catalogue = settings, Catalogue(engine)
        app.state.warnings = WarningLog(settings.l1_log_file)
        async with AsyncExitStack() as stack:
            for name, url in {"llm": settings.l1_llm_base_url, "service": settings.l1_url}.items():
                client = httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S, trust_env=False) if url else None
                setattr(app.state, name, await stack.enter_async_context(client) if client else None)
            yield
        await engine.dispose()

    app = FastAPI(title="L1 support", lifespan=lifespan)
    install_error_handlers(app)
    app.add_exception_handler(httpx.HTTPError, _unreachable)
    for router in (health.router, people.router, arrange.router, observe.router, language_model.router):
        app.include_router(router)
    return app


def _unreachable(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": f"the stand-in model or the service does not answer: {type(error).__name__}"}, 502)
