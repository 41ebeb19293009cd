"""The HTTP face: one function a route; run.py does the work."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Annotated

import httpx
from fastapi import APIRouter, FastAPI, Response

from services import health
from services.coordinator.archive import Archiver
from services.coordinator.database import Database
from services.coordinator.downstream import new_client
from services.coordinator.errorlog import ErrorLog
from services.coordinator.failpoints import Failpoints
from services.coordinator.foi import Foi
from services.coordinator.iqube import IQube
from services.coordinator.itm import Itm
from services.coordinator.models import ArchiveTasks, LoggedErrors, RunResult
from services.coordinator.processing import FileProcessor
from services.coordinator.rows import ControlRows
from services.coordinator.run import Coordinator
from services.coordinator.settings import Settings
from services.coordinator.smb import SmbService
from services.coordinator.smb_client import SmbClient
from services.coordinator.tasks import TaskRegistry
from services.state import state

SHUTDOWN_WAIT_S = 5.0

router = APIRouter()


def app_from(environ: Mapping[str, str]) -> FastAPI:
    """Build the service; it connects to the database when it starts, to everything else when it needs it.

    Raises:
        SettingsError: the environment is incomplete or wrong.
    """
    settings = Settings.read(environ)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = await Database.open(settings.database_url)
        share = SmbClient(settings.account)
        errors = ErrorLog()
        logging.getLogger(__package__).addHandler(errors)
        async with new_client() as client:
            app.state.tasks, app.state.errors = TaskRegistry(), errors
            app.state.coordinator = _coordinator(settings, database, share, client, app.state.tasks)
            yield
            await app.state.tasks.wait(SHUTDOWN_WAIT_S)
        logging.getLogger(__package__).removeHandler(errors)
        await share.close()
        await database.close()

    app = FastAPI(title="Coordinator", lifespan=lifespan)
    app.include_router(health.router)
    app.include_router(health.router, prefix="/api/v1")
    app.include_router(router)
    return app


def _coordinator(
    settings: Settings, database: Database, share: SmbClient, client: httpx.AsyncClient, tasks: TaskRegistry
) -> Coordinator:
    source = settings.smb_unc_path
    smb = SmbService(settings, share)
    rows = ControlRows(database, settings.instance_id)
    iqube = IQube(client, settings.iqube_api_url, settings.iqube_timeout_s)
    failpoints = Failpoints(client, settings.failpoints_url)
    processor = FileProcessor(
        smb,
        rows,
        Foi(client, settings.foi_api_url, settings.foi_timeout_s),
        Itm(client, settings),
        iqube,
        failpoints,
    )
    archiver = Archiver(smb, rows, source, settings.smb_archive_subpath, settings.archive_batch_size, failpoints)
    return Coordinator(smb, processor, archiver, iqube, tasks, source)


@router.post("/api/v1/coordinator/runs")
async def run(coordinator: Annotated[Coordinator, state("coordinator")], response: Response) -> RunResult:
    result = await coordinator.run()
    if result.status == "fatal":
        response.status_code = HTTPStatus.INTERNAL_SERVER_ERROR
    return result


@router.get("/api/v1/coordinator/archive-tasks")
async def archive_tasks(tasks: Annotated[TaskRegistry, state("tasks")]) -> ArchiveTasks:
    return ArchiveTasks(pending=tasks.pending)


@router.get("/api/v1/coordinator/logged-errors")
async def logged_errors(errors: Annotated[ErrorLog, state("errors")], since: int = 0) -> LoggedErrors:
    return LoggedErrors(next=errors.total, lines=errors.since(since))
