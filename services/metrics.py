"""Every metric of the contract, in one registry, each with its zero from the start."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.own_process import resident_bytes, task_count

registry = CollectorRegistry()

SURFACES = ("run_detail", "review_pack", "run_list", "overview", "refresh")
KINDS = (
    "run",
    "pack",
    "pack_details",
    "list",
    "access",
    "overview",
    "overview_week",
    "history",
    "bulk",
)
SKIP_REASONS = (
    "unauthorised",
    "missing",
    "unknown",
    "terminal",
    "expired",
    "none",
    "disconnected",
    "hidden",
    "dialog",
)
# What a badge can say; the first is the one reason to ask again.
REASONS = ("live", *SKIP_REASONS)
# No browser ever meets one of these; see docs/security.md.
SOCKET_LIMITS = (
    *("full_session", "full_address", "too_often"),
    *("no_page", "malformed", "unsayable", "too_large", "too_fast", "asides", "not_reading"),
)
SOCKET_REFUSALS = ("origin", "unknown_page", "other_session", "other_page", *SOCKET_LIMITS)
PAGE_REFUSALS = ("too_often", "full_session", "full_address", "silent")
# What a policy can ask for; a delay of the driver's own while errors last is its own label.
INTERVALS = {
    "run_detail": ("1", "5", "10", "backoff"),
    "review_pack": ("10", "backoff"),
    "run_list": ("10", "30", "backoff"),
    "overview": ("10", "30", "backoff"),
    "refresh": ("10", "backoff"),
}
TRANSITIONS = (
    ("none", "queued"),
    ("queued", "running"),
    ("queued", "completed"),
    ("running", "running"),
    ("running", "completed"),
    ("running", "queued"),
)

poll_ticks = Counter(
    "stillwatch_poll_ticks",
    "Firings and nudges that attempted a read",
    ["surface"],
    registry=registry,
)
poll_skipped = Counter(
    "stillwatch_poll_skipped",
    "Firings that read nothing, by the guard that was closed",
    ["surface", "reason"],
    registry=registry,
)
pollers = Gauge(
    "stillwatch_pollers", "Timers armed now", ["surface", "interval"], registry=registry
)
snapshot_reads = Counter(
    "stillwatch_snapshot_reads", "Statements that reached the database", ["kind"], registry=registry
)
snapshot_shared = Counter(
    "stillwatch_snapshot_shared",
    "Answers served by another viewer's read",
    ["kind"],
    registry=registry,
)
snapshots = Gauge(
    "stillwatch_snapshots", "Records that somebody watches now", ["kind"], registry=registry
)
ui_updates = Counter(
    "stillwatch_ui_updates", "Ticks that changed the page", ["surface"], registry=registry
)
pages = Gauge(
    "stillwatch_pages",
    "Live surfaces open now, by the reason on their badge",
    ["surface", "reason"],
    registry=registry,
)
refresh_bytes = Counter(
    "stillwatch_refresh_bytes",
    "Bytes of what refreshes handed to the sockets of their pages",
    ["surface"],
    registry=registry,
)
terminal_polls = Counter(
    "stillwatch_terminal_polls",
    "Ticks that read a record which was already finished on that screen; none ever should",
    ["surface"],
    registry=registry,
)
runs = Gauge("stillwatch_runs", "Runs queued and running", ["status"], registry=registry)
run_transitions = Counter(
    "stillwatch_run_transitions", "Edges taken by runs", ["from", "to"], registry=registry
)
socket_refusals = Counter(
    "stillwatch_socket_refusals", "Sockets and messages not let in", ["reason"], registry=registry
)
sockets_held = Counter(
    "stillwatch_sockets_held", "Sockets that came to the limit of their pace", registry=registry
)
page_refusals = Counter(
    "stillwatch_page_refusals", "Pages not opened for a limit", ["reason"], registry=registry
)
sign_ins_delayed = Counter(
    "stillwatch_sign_ins_delayed", "Sign-ins refused unread, to be tried later", registry=registry
)
lease_rescues = Counter(
    "stillwatch_lease_rescues", "Runs taken back from a worker that died", registry=registry
)
db_seconds = Histogram(
    "stillwatch_db_seconds", "Duration of one database statement in seconds", registry=registry
)
loop_lag = Gauge(
    "stillwatch_loop_lag_seconds",
    "How late the event loop was at most in the last half second",
    registry=registry,
)
loop_pauses = Histogram(
    "stillwatch_loop_pause_seconds",
    "How late the event loop was, every 20 ms",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
    registry=registry,
)
gc_pauses = Histogram(
    "stillwatch_gc_pause_seconds",
    "How long one garbage collection stopped everything",
    ["generation"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5),
    registry=registry,
)
memory_bytes = Gauge(
    "stillwatch_memory_bytes", "Resident memory of this process", registry=registry
)
tasks = Gauge("stillwatch_tasks", "Tasks of the event loop", registry=registry)
clients = Gauge("stillwatch_clients", "Pages that the framework holds open", registry=registry)
gone_clients = Gauge(
    "stillwatch_gone_clients", "Pages that are gone and still in memory", registry=registry
)


def _start_every_metric_at_zero() -> None:
    for surface in SURFACES:
        poll_ticks.labels(surface)
        ui_updates.labels(surface)
        refresh_bytes.labels(surface)
        terminal_polls.labels(surface)
        for reason in REASONS:
            pages.labels(surface, reason)
        for reason in SKIP_REASONS:
            poll_skipped.labels(surface, reason)
        for interval in INTERVALS[surface]:
            pollers.labels(surface, interval)
    for kind in KINDS:
        snapshot_reads.labels(kind)
        snapshot_shared.labels(kind)
        snapshots.labels(kind)
    for edge in TRANSITIONS:
        run_transitions.labels(*edge)
    for status in ("queued", "running"):
        runs.labels(status)
    for reason in SOCKET_REFUSALS:
        socket_refusals.labels(reason)
    for generation in ("0", "1", "2"):
        gc_pauses.labels(generation)
    # These are counted when they are asked for.
    memory_bytes.set_function(resident_bytes)
    tasks.set_function(task_count)
    for reason in PAGE_REFUSALS:
        page_refusals.labels(reason)


_start_every_metric_at_zero()
