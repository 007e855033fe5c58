"""Which statements are kept as the slowest, what is told of them, and what never is."""

from datetime import UTC, datetime, timedelta
from threading import Thread

from sqlalchemy import bindparam, text

from services.database import Database
from services.slow_statements import keeping
from services.slow_statements.keeping import SlowStatements, printable

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **much: float) -> None:
        self.now += timedelta(**much)


def test_the_ten_slowest_are_kept_the_slowest_first() -> None:
    statements = SlowStatements(Clock())

    for number in range(1, 31):
        statements.observe(f"SELECT {number}", number / 1000)

    assert [one.longest for one in statements.slowest()] == [n / 1000 for n in range(30, 20, -1)]


def test_what_is_quick_does_not_get_in_and_what_is_slow_puts_the_quickest_out() -> None:
    statements = SlowStatements(Clock())
    for number in range(10):
        statements.observe(f"SELECT {number}", 0.1 + number / 1000)

    statements.observe("quick", 0.01)
    statements.observe("slow", 5.0)

    texts = [one.text for one in statements.slowest()]
    assert (texts[0], len(texts)) == ("slow", 10)
    assert not {"quick", "SELECT 0"} & set(texts)


def test_a_kept_statement_tells_how_often_how_slow_and_when() -> None:
    clock = Clock()
    statements = SlowStatements(clock)
    for _ in range(99):
        statements.observe("SELECT 1", 0.0015)
    clock.pass_time(minutes=2)
    statements.observe("SELECT 1", 0.7)
    clock.pass_time(minutes=2)
    statements.observe("SELECT 1", 0.0015)

    [one] = statements.slowest()

    assert (one.count, one.most, one.longest) == (101, 0.002, 0.7)
    assert one.longest_at == NOW + timedelta(minutes=2)


def test_no_bound_is_told_that_is_longer_than_the_longest() -> None:
    statements = SlowStatements(Clock())

    statements.observe("SELECT 1", 0.03)
    statements.observe("SELECT 2", 60.0)

    assert [one.most for one in statements.slowest()] == [60.0, 0.03]


def test_after_an_hour_a_statement_is_forgotten_and_makes_room() -> None:
    clock = Clock()
    statements = SlowStatements(clock)
    for number in range(10):
        statements.observe(f"SELECT {number}", 1.0)
    clock.pass_time(minutes=61)
    statements.forget_old()

    statements.observe("quick", 0.001)

    assert [one.text for one in statements.slowest()] == ["quick"]


def test_a_statement_in_use_forgets_only_its_oldest_executions() -> None:
    clock = Clock()
    statements = SlowStatements(clock)
    statements.observe("SELECT 1", 3.0)
    for _ in range(13):
        clock.pass_time(minutes=5)
        statements.observe("SELECT 1", 0.1)

    [one] = statements.slowest()

    assert (one.count, one.longest) == (12, 0.1)


def test_statements_that_read_alike_are_told_as_the_slower_one() -> None:
    statements = SlowStatements(Clock())

    statements.observe("SELECT 'a'", 0.1)
    statements.observe("SELECT 'b'", 0.3)
    statements.observe("SELECT 1", 0.2)

    assert [(one.text, one.longest) for one in statements.slowest()] == [
        ("SELECT '…'", 0.3),
        ("SELECT 1", 0.2),
    ]


def test_many_threads_lose_no_execution() -> None:
    statements = SlowStatements(Clock())

    def observe() -> None:
        for _ in range(2_000):
            statements.observe("SELECT 1", 0.01)

    threads = [Thread(target=observe) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statements.slowest()[0].count == 16_000


def test_a_text_is_one_line_of_bounded_length_without_values() -> None:
    assert printable("SELECT a\n  FROM b\tWHERE c = 'it''s me' AND d = ?") == (
        "SELECT a FROM b WHERE c = '…' AND d = ?"
    )
    assert printable("x IN (__[POSTCOMPILE_id_1])") == "x IN (…)"
    assert len(printable("x" * 10_000)) == 2_000


def test_a_statement_is_one_however_many_values_it_is_given_and_shows_none_of_them(
    sqlite_database: Database,
) -> None:
    keeping.statements.begin_anew()
    query = text("SELECT 'a-literal' WHERE :secret NOT IN :others").bindparams(
        bindparam("others", expanding=True)
    )

    with sqlite_database.reading() as session:
        for others in (["hidden-1"], ["hidden-2", "hidden-3"]):
            session.execute(query, {"secret": "hidden-0", "others": others})

    told = [one for one in keeping.statements.slowest() if "NOT IN" in one.text]
    assert [one.count for one in told] == [2]
    assert "hidden" not in told[0].text
    assert "literal" not in told[0].text
