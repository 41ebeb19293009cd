"""The HTTP face: one function a route; run.py does the work."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse

from services import health
from services.coordinator.archive import Archiver
from services.coordinator.database import Database
from services.coordinator.downstream import new_client
from services.coordinator.errorlog import ErrorLog
from services.coordinator.failpoints import Failpoints
from services.coordinator.foi import Foi
from services.coordinator.freedoms import Freedoms
from services.coordinator.iqube import IQube
from services.coordinator.itm import Itm
from services.coordinator.models import ArchiveTasks, LoggedErrors
from services.coordinator.processing import FileProcessor
from services.coordinator.rows_otherwise import WAYS
from services.coordinator.run import Coordinator
from services.coordinator.settings import Settings
from services.coordinator.smb import SmbService
from services.coordinator.smb_client import SmbClient
from services.coordinator.tasks import TaskRegistry
from services.state import state

SHUTDOWN_WAIT_S = 5.0

router, watching = APIRouter(), APIRouter()


def app_from(environ: Mapping[str, str]) -> FastAPI:
    """Build the service; it connects to the database when it starts, to everything else when it needs it.

    Raises:
        SettingsError: the environment is incomplete or wrong.
    """
    settings, freedoms = Settings.read(environ), Freedoms.read(environ)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = await Database.open(settings.database_url)
        share = SmbClient(settings.account)
        errors = ErrorLog()
        logging.getLogger(__package__).addHandler(errors)
        async with new_client() as client:
            app.state.tasks, app.state.errors, app.state.freedoms = TaskRegistry(), errors, freedoms
            app.state.coordinator = _coordinator(settings, freedoms, database, share, client, app.state.tasks)
            yield
            await app.state.tasks.wait(SHUTDOWN_WAIT_S)
        logging.getLogger(__package__).removeHandler(errors)
        await share.close()
        await database.close()

    app = FastAPI(title="Coordinator", lifespan=lifespan)
    app.include_router(health.router)
    app.include_router(health.router, prefix="/api/v1")
    app.include_router(router)
    if not freedoms.reticent:
        app.include_router(watching)
    return app


def _coordinator(
    settings: Settings,
    freedoms: Freedoms,
    database: Database,
    share: SmbClient,
    client: httpx.AsyncClient,
    tasks: TaskRegistry,
) -> Coordinator:
    source = settings.smb_unc_path
    smb = SmbService(settings, share)
    rows = WAYS[freedoms.rows](database, settings.instance_id)
    iqube = IQube(client, settings.iqube_api_url, settings.iqube_timeout_s, freedoms)
    failpoints = Failpoints(client, settings.failpoints_url)
    processor = FileProcessor(
        smb,
        rows,
        Foi(client, settings.foi_api_url, settings.foi_timeout_s, freedoms.foi_attempts),
        Itm(client, settings),
        iqube,
        failpoints,
    )
    archive = settings.smb_archive_subpath
    archiver = Archiver(smb, rows, source, archive, settings.archive_batch_size, failpoints, freedoms)
    return Coordinator(smb, processor, archiver, iqube, tasks, source, freedoms)


@router.post("/api/v1/coordinator/runs")
async def run(
    coordinator: Annotated[Coordinator, state("coordinator")], freedoms: Annotated[Freedoms, state("freedoms")]
) -> Response:
    result = await coordinator.run()
    await freedoms.dawdle()
    status = freedoms.fatal if result.status == "fatal" else freedoms.accepted
    return JSONResponse(freedoms.shaped(result), status)


@watching.get("/api/v1/coordinator/archive-tasks")
async def archive_tasks(tasks: Annotated[TaskRegistry, state("tasks")]) -> ArchiveTasks:
    return ArchiveTasks(pending=tasks.pending)


@watching.get("/api/v1/coordinator/logged-errors")
async def logged_errors(errors: Annotated[ErrorLog, state("errors")], since: int = 0) -> LoggedErrors:
    return LoggedErrors(next=errors.total, lines=errors.since(since))
