/** The module that every service stands on; written beside the services as `runtime.py`. */
export const RUNTIME = `"""What the services of stored programs share: SQL in the words of both servers, types, errors."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from django.db import DatabaseError, DataError, connections, transaction


class BusinessRuleError(Exception):
    """A SIGNAL: a state of five characters, a message, and the source's error number."""

    def __init__(self, state: str, message: str, number: int = 1644) -> None:
        super().__init__(message)
        self.state = state
        self.message = message
        self.number = number


class NotConverted(Exception):
    """A part of the source has no translation; its text stands as a comment where this is raised."""


class Leave(Exception):
    """LEAVE of a label that is no innermost loop."""


class Iterate(Exception):
    """ITERATE of a label that is no innermost loop."""


class CaseNotFound(DataError):
    """A CASE without a match and without ELSE."""


ERRORS = (DatabaseError, BusinessRuleError)

# PostgreSQL's state to the error number and the state of MySQL.
NUMBERS = {
    "20000": (1339, "20000"),
    "22001": (1406, "22001"),
    "22003": (1264, "22003"),
    "22007": (1292, "22007"),
    "22008": (1292, "22007"),
    "2201E": (3020, "22000"),
    "22012": (1365, "22012"),
    "22P02": (1366, "HY000"),
    "23502": (1048, "23000"),
    "23503": (1452, "23000"),
    "23505": (1062, "23000"),
    "23514": (3819, "HY000"),
    "40P01": (1213, "40001"),
    "42P01": (1146, "42S02"),
    "55P03": (1205, "HY000"),
    "P0003": (1172, "42000"),
}
STATES = {number: state for number, state in NUMBERS.values()} | {1451: "23000"}
REFUSED = {1264, 1292, 1365, 1366, 1406, 1411, 3020}


def _server_state(error: BaseException) -> str | None:
    cause = error.__cause__
    found = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    return found if isinstance(found, str) else None


def error_number(error: BaseException) -> int:
    """The error number of MySQL."""
    if isinstance(error, BusinessRuleError):
        return error.number
    if error.args and isinstance(error.args[0], int):
        return error.args[0]
    state = _server_state(error) or ""
    signal = 1644 if state.startswith("45") else 1105
    return NUMBERS.get(state, (signal, state))[0]


def error_state(error: BaseException) -> str:
    """The SQLSTATE of MySQL."""
    if isinstance(error, BusinessRuleError):
        return error.state
    state = _server_state(error)
    if state is not None and state.startswith("45"):
        return state
    number = error_number(error)
    return "45000" if number == 1644 else STATES.get(number, "HY000")


def error_message(error: BaseException) -> str:
    """The message; that of a server is its own."""
    if isinstance(error, BusinessRuleError):
        return error.message
    diagnosis = getattr(error.__cause__, "diag", None)
    primary = getattr(diagnosis, "message_primary", None)
    if isinstance(primary, str):
        return primary
    return str(error.args[-1]) if error.args else str(error)


def matches(error: BaseException, *conditions: str) -> bool:
    """Whether a handler for one of the conditions waits for the error."""
    for condition in conditions:
        if condition == "SQLEXCEPTION":
            return True
        if condition.isdigit() and len(condition) < 5:
            number = error_number(error)
            same = {number, 1451, 1452} if number in (1451, 1452) else {number}
            if int(condition) in same:
                return True
        if condition == error_state(error):
            return True
    return False


class Database:
    """One database, whichever of the two servers holds it."""

    def __init__(self, using: str) -> None:
        self.using = using
        self.is_postgresql = connections[using].vendor == "postgresql"

    @contextmanager
    def _executed(
        self, mysql: str, postgresql: str, values: Any, others: Any
    ) -> Iterator[Any]:
        is_other = self.is_postgresql and others is not None
        params = others if is_other else values
        with connections[self.using].cursor() as cursor:
            sql = postgresql if self.is_postgresql else mysql
            if params:
                cursor.execute(sql, list(params))
            else:
                cursor.execute(sql)
            yield cursor

    def rows(
        self,
        mysql: str,
        postgresql: str,
        values: Sequence[Any] = (),
        others: Sequence[Any] | None = None,
    ) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._executed(mysql, postgresql, values, others) as cursor:
            return [tuple(row) for row in cursor.fetchall()]

    def dicts(
        self,
        mysql: str,
        postgresql: str,
        values: Sequence[Any] = (),
        others: Sequence[Any] | None = None,
    ) -> list[dict[str, Any]]:
        """All rows of a result set, by the names of its columns."""
        with self._executed(mysql, postgresql, values, others) as cursor:
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row)) for row in cursor.fetchall()]

    def row(
        self,
        mysql: str,
        postgresql: str,
        values: Sequence[Any] = (),
        others: Sequence[Any] | None = None,
    ) -> tuple[Any, ...] | None:
        """The only row of a query, or None; two are an error, as for SELECT INTO."""
        found = self.rows(mysql, postgresql, values, others)
        if len(found) > 1:
            raise DataError(1172, "Result consisted of more than one row")
        return found[0] if found else None

    def value(
        self,
        mysql: str,
        postgresql: str,
        values: Sequence[Any] = (),
        others: Sequence[Any] | None = None,
    ) -> Any:
        """The value of an expression."""
        return self.rows(mysql, postgresql, values, others)[0][0]

    def stored(
        self,
        mysql: str,
        postgresql: str,
        values: Sequence[Any] = (),
        others: Sequence[Any] | None = None,
    ) -> Any:
        """The value of an expression that strict mode may refuse: MySQL warns of it."""
        found = self.value(mysql, postgresql, values, others)
        if not self.is_postgresql:
            for _, number, message in self.rows("SHOW WARNINGS", ""):
                if number in REFUSED:
                    raise DataError(number, message)
        return found

    def truth(
        self,
        mysql: str,
        postgresql: str,
        values: Sequence[Any] = (),
        others: Sequence[Any] | None = None,
    ) -> bool:
        """Whether a condition is true: neither false nor NULL."""
        return bool(self.value(mysql, postgresql, values, others))

    def run(
        self,
        mysql: str,
        postgresql: str,
        values: Sequence[Any] = (),
        others: Sequence[Any] | None = None,
    ) -> int:
        """Runs a statement and gives the number of rows that it met."""
        with self._executed(mysql, postgresql, values, others) as cursor:
            return int(cursor.rowcount)

    def insert(
        self,
        mysql: str,
        postgresql: str,
        values: Sequence[Any] = (),
        others: Sequence[Any] | None = None,
    ) -> int | None:
        """Inserts a row and gives the number that the table gave it."""
        with self._executed(mysql, postgresql, values, others) as cursor:
            if not self.is_postgresql:
                return int(cursor.lastrowid)
            found = cursor.fetchone()
            return None if found is None else int(found[0])

    def atomic(self) -> Any:
        """A transaction, or a savepoint in one."""
        return transaction.atomic(using=self.using)


def _whole(value: Any) -> Decimal:
    if isinstance(value, str):
        try:
            value = Decimal(value.strip())
        except ArithmeticError:
            raise DataError(1366, "Incorrect integer value") from None
    return Decimal(value)


def as_int(value: Any, least: int, greatest: int) -> int | None:
    """A whole number, rounded half away from zero, within its type."""
    if value is None:
        return None
    found = int(_whole(value).to_integral_value(ROUND_HALF_UP))
    if not least <= found <= greatest:
        raise DataError(1264, "Out of range value")
    return found


def as_decimal(value: Any, precision: int, scale: int) -> Decimal | None:
    """A decimal of so many digits, rounded half away from zero."""
    if value is None:
        return None
    with localcontext() as context:
        context.prec = 90
        exact = Decimal(repr(value)) if isinstance(value, float) else _whole(value)
        found = exact.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
        if abs(found) >= Decimal(10) ** (precision - scale):
            raise DataError(1264, "Out of range value")
        return found


def as_float(value: Any) -> float | None:
    """A double."""
    return None if value is None else float(value)


def as_text(value: Any, length: int | None = None) -> str | None:
    """A text that is not longer than its type."""
    if value is None:
        return None
    if isinstance(value, bytes):
        found = value.decode()
    elif isinstance(value, bool):
        found = str(int(value))
    else:
        found = str(value)
    if length is not None and len(found.rstrip(" ")) > length:
        raise DataError(1406, "Data too long")
    return found[:length]


def as_date(value: Any) -> datetime.date | None:
    """A day."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, str):
        try:
            return datetime.datetime.fromisoformat(value).date()
        except ValueError:
            raise DataError(1292, "Incorrect date value") from None
    return value


def as_moment(value: Any, digits: int) -> datetime.datetime | None:
    """A moment without zone, with so many digits of its second."""
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            raise DataError(1292, "Incorrect datetime value") from None
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time())
    value = value.replace(tzinfo=None)
    step = 10 ** (6 - digits)
    rounded = (value.microsecond + step // 2) // step * step
    start = value.replace(microsecond=0)
    return start + datetime.timedelta(microseconds=rounded)


def as_time(value: Any) -> datetime.timedelta | None:
    """A length of time."""
    if isinstance(value, datetime.time):
        return datetime.timedelta(
            hours=value.hour, minutes=value.minute, seconds=value.second
        )
    return value


def as_json(value: Any) -> str | None:
    """A document as text."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def canonical(value: Any) -> Any:
    """A value in the form in which both servers and Python agree."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, datetime.time):
        return as_time(value)
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def n_add(left: Any, right: Any) -> Any:
    """The sum; None where one of them is."""
    return None if left is None or right is None else left + right


def n_subtract(left: Any, right: Any) -> Any:
    """The difference; None where one of them is."""
    return None if left is None or right is None else left - right


def n_multiply(left: Any, right: Any) -> Any:
    """The product; None where one of them is."""
    return None if left is None or right is None else left * right


def n_less(left: Any, right: Any) -> bool | None:
    """Whether the first is less; None where one of them is."""
    return None if left is None or right is None else left < right


def n_equal(left: Any, right: Any) -> bool | None:
    """Whether both are equal; None where one of them is."""
    return None if left is None or right is None else left == right


def n_not(value: Any) -> bool | None:
    """NOT; None stays None."""
    return None if value is None else not value
`;
