"""What `stillwatch worker` does: runs of one database, in any number of such processes."""

import os
import signal
import threading
from types import FrameType

from jobs.engines import leave_behind_what_is_stuck
from services import schema
from services.database import Database
from services.journal.output import start_journal
from services.server_lock import StartError
from settings import Settings, read_settings
from stillwatch.checkout import one_line_errors
from stillwatch.roles import compose_role


def work() -> None:
    """Work until told to stop; what is then at work is finished or handed back."""
    with one_line_errors():
        settings = read_settings(os.environ)
        if schema.is_sqlite(settings.database_url):
            raise StartError("On SQLite the workers run inside `stillwatch serve`.")
        if settings.workers == 0:
            raise StartError("STILLWATCH_WORKERS is 0, so there is nothing for a worker to do.")
        start_journal(settings.log_format, settings.log_level, settings.secrets)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        schema.prepare(settings.database_url)
        _work(settings)


def _work(settings: Settings) -> None:
    database = Database(settings.database_url)
    engine = compose_role(settings, database, settings.workers).engine
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    engine.start()
    print(f"worker        up to {settings.workers} runs at once", flush=True)
    stop.wait()
    engine.stop()
    database.close()
    leave_behind_what_is_stuck(engine)
