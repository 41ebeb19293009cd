"""The application: its routers, and what it opens at start and closes at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from services import health
from services.l1.database import create_engine, create_sessions, create_tables
from services.l1.errors import install_error_handlers
from services.l1.features import accounts, categories, escalations, intake, sessions, walks
from services.l1.freedoms import Freedoms, Liberal
from services.l1.llm import LLMClient
from services.l1.log import warnings_into
from services.l1.settings import Settings
from services.liberties import Liberties

FEATURES = (accounts, intake, sessions, walks, escalations, categories)


def app_from(environ: Mapping[str, str]) -> FastAPI:
    """Build the application; it creates what the database lacks when it starts.

    Raises:
        SettingsError: the environment is incomplete or wrong.
    """
    settings, liberties = Settings.read(environ), Liberties.read(environ)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = create_engine(settings.database_url)
        await create_tables(engine)
        # The model's address is given outright, so a proxy from the environment has no say.
        async with httpx.AsyncClient(trust_env=False) as http:
            app.state.settings, app.state.sessions = settings, create_sessions(engine)
            app.state.llm, app.state.freedoms = LLMClient(settings, http), Freedoms.taken(liberties)
            with warnings_into(settings.l1_log_file):
                yield
        await engine.dispose()

    app = FastAPI(title="L1 walk sessions", lifespan=lifespan)
    install_error_handlers(app)
    if liberties.liberties is not None:
        app.add_middleware(Liberal, liberties=liberties)
    app.include_router(health.router)
    for feature in FEATURES:
        app.include_router(feature.router, prefix="/api/v1")
    return app
