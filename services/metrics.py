"""Every metric of the contract, in one registry, each with its zero from the start."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

registry = CollectorRegistry()

SURFACES = ("run_detail", "review_pack", "run_list", "overview")
KINDS = (
    "run",
    "pack",
    "pack_details",
    "list",
    "access",
    "overview",
    "overview_week",
    "history",
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
ui_updates = Counter(
    "stillwatch_ui_updates", "Ticks that changed the page", ["surface"], registry=registry
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
    "stillwatch_loop_lag_seconds", "How late the event loop woke up, last sample", registry=registry
)


def _start_every_metric_at_zero() -> None:
    for surface in SURFACES:
        poll_ticks.labels(surface)
        ui_updates.labels(surface)
        for reason in SKIP_REASONS:
            poll_skipped.labels(surface, reason)
        for interval in INTERVALS[surface]:
            pollers.labels(surface, interval)
    for kind in KINDS:
        snapshot_reads.labels(kind)
        snapshot_shared.labels(kind)
    for edge in TRANSITIONS:
        run_transitions.labels(*edge)
    for status in ("queued", "running"):
        runs.labels(status)
    for reason in SOCKET_REFUSALS:
        socket_refusals.labels(reason)
    for reason in PAGE_REFUSALS:
        page_refusals.labels(reason)


_start_every_metric_at_zero()
