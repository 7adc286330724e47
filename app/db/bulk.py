"""Whole columns in and out of the database, the fast way of each driver.

SQLite: executemany on the driver's cursor inside SQLAlchemy's transaction, and one long text
per read, because making a million Python values costs more than parsing them back.
PostgreSQL: COPY both ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import repeat
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import BigInteger, Connection, Integer, Select, Table, func, select, text
from sqlalchemy.schema import CreateIndex, DropIndex

from app.base.lazily import Lazily

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    from numpy.typing import NDArray
    from pyarrow import csv as arrow_csv
else:
    np = Lazily("numpy")
    pa = Lazily("pyarrow")
    pc = Lazily("pyarrow.compute")
    arrow_csv = Lazily("pyarrow.csv")

AnySelect: TypeAlias = Select[*tuple[Any, ...]]
"""A query for any columns."""

Numbers: TypeAlias = "NDArray[np.int64]"

NOTHING = -(2**63)
"""What stands in a column of numbers where there is none."""

CHUNK = 65_536

_PLAIN_WORDS = re.compile(r"[\w -]{0,64}")
"""Texts that mean nothing to SQL; underscore, letters of any language, digits, spaces, dashes."""
_SAMPLE = 512
_FEW = 32

_FIELD = "\x1f"
_MARK = f"'{_FIELD}'"
_HAS_CONCAT = (3, 44, 0)


def read(connection: Connection, query: AnySelect) -> pa.Table:
    """Run a query and return its columns; whole numbers are int64, all else is text."""
    schema = schema_of(query)
    sql = str(query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
    if connection.dialect.name == "postgresql":
        return _read_copy(connection, sql, schema)
    return _read_sqlite(connection, sql, schema)


def schema_of(query: AnySelect) -> pa.Schema:
    """Return the names and types that `read` gives the columns of a query."""
    return pa.schema(
        [
            pa.field(column.name, pa.int64() if _is_whole(column.type) else pa.string())
            for column in query.selected_columns
        ]
    )


def read_numbers(connection: Connection, query: AnySelect) -> list[Numbers]:
    """Run a query for whole numbers and return its columns; `NOTHING` where there is none."""
    if connection.dialect.name == "postgresql":
        found = read(connection, query)
        return [
            column.fill_null(NOTHING).to_numpy().astype(np.int64, copy=False)
            for column in found.columns
        ]
    # A text for each column takes half the time of one text for all of them.
    columns = query.subquery().c
    texts = [func.group_concat(func.coalesce(column, NOTHING)) for column in columns]
    rows = connection.execute(select(func.count(), *texts)).one()
    if not rows[0]:
        return [np.zeros(0, dtype=np.int64) for _column in columns]
    found = [np.fromstring(str(one), dtype=np.int64, sep=",") for one in rows[1:]]
    assert all(len(one) == rows[0] for one in found)
    return found


def insert(
    connection: Connection,
    table: Table,
    data: pa.RecordBatch | pa.Table,
    constants: Mapping[str, object] | None = None,
) -> None:
    """Insert rows; `constants` are columns with one value for all of them."""
    sqlite = connection.dialect.name == "sqlite"
    for start in range(0, data.num_rows, CHUNK):
        part = data.slice(start, CHUNK)
        rows = _Rows(part.num_rows, written=sqlite)
        for name, value in (constants or {}).items():
            rows.add_constant(name, value)
        for name in data.schema.names:
            rows.add(name, part.column(name))
        if sqlite:
            _insert_sqlite(connection, table.name, rows)
        else:
            _insert_copy(connection, table.name, rows)


@contextmanager
def loading(connection: Connection, table: Table) -> Iterator[None]:
    """Build a table's indexes after the load where it is empty now."""
    empty = (
        connection.execute(
            select(func.count()).select_from(
                select(table.primary_key.columns[0]).limit(1).subquery()
            )
        ).scalar_one()
        == 0
    )
    indexes = sorted(table.indexes, key=lambda index: str(index.name)) if empty else []
    for index in indexes:
        connection.execute(DropIndex(index))
    yield
    for index in indexes:
        connection.execute(CreateIndex(index))


def _is_whole(kind: object) -> bool:
    kind = getattr(kind, "impl_instance", kind)
    return isinstance(kind, Integer | BigInteger)


class _Rows:
    """Columns on their way in.

    Making and binding a value for each cell is most of the work of an insert, so texts that
    repeat are made once, and where `written` a column of one plain value stands in the
    statement itself.
    """

    def __init__(self, count: int, *, written: bool) -> None:
        self.count = count
        self.names: list[str] = []
        self.columns: list[Sequence[object]] = []
        self.literals: dict[str, str] = {}
        self._written = written

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        """Give the rows, each without what stands in the statement."""
        return zip(*self.columns, strict=True) if self.columns else repeat((), self.count)

    def add_constant(self, name: str, value: object) -> None:
        """Take a column with the same value in all rows."""
        literal = _literal(value) if self._written else None
        if literal is None:
            self.names.append(name)
            self.columns.append([value] * self.count)
        else:
            self.literals[name] = literal

    def add(self, name: str, column: pa.Array | pa.ChunkedArray) -> None:
        """Take a column."""
        if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
            column = column.cast(pa.string())
        if column.null_count == self.count:
            self.add_constant(name, None)
            return
        if column.null_count == 0 and pc.all(pc.equal(column, column[0])).as_py():
            self.add_constant(name, column[0].as_py())
            return
        self.names.append(name)
        self.columns.append(_values(column))


def _literal(value: object) -> str | None:
    """Write a value into a statement; anything but plain words and numbers is not."""
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, str) and _PLAIN_WORDS.fullmatch(value):
        return f"'{value}'"
    return None


def _values(column: pa.Array | pa.ChunkedArray) -> list[object]:
    if pa.types.is_string(column.type) and len(pc.unique(column.slice(0, _SAMPLE))) <= _FEW:
        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        encoded = column.dictionary_encode()
        texts = np.array([*encoded.dictionary.to_pylist(), None], dtype=object)
        places = encoded.indices.fill_null(len(texts) - 1).to_numpy(zero_copy_only=False)
        found: list[object] = texts[places].tolist()
        return found
    values: list[object] = column.to_pylist()
    return values


def _insert_sqlite(connection: Connection, table: str, rows: _Rows) -> None:
    names = ", ".join([*rows.names, *rows.literals])
    marks = ", ".join([*"?" * len(rows.names), *rows.literals.values()])
    driver: Any = connection.connection.dbapi_connection
    cursor = driver.cursor()
    cursor.executemany(
        f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - our names, plain words
        iter(rows),
    )
    cursor.close()


def _insert_copy(connection: Connection, table: str, rows: _Rows) -> None:
    driver: Any = connection.connection.dbapi_connection
    cursor = driver.cursor()
    with cursor.copy(f"COPY {table} ({', '.join(rows.names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.close()


def _read_copy(connection: Connection, sql: str, schema: pa.Schema) -> pa.Table:
    driver = connection.connection.dbapi_connection
    assert driver is not None
    cursor = driver.cursor()
    with cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)") as copy:
        parts = [bytes(part) for part in copy]
    cursor.close()
    return _parsed(b"".join(parts), schema, delimiter=",", quoted=True)


def _read_sqlite(connection: Connection, sql: str, schema: pa.Schema) -> pa.Table:
    joined = _joined(connection, schema.names)
    counted, whole = connection.execute(
        text(
            f"SELECT count(*), group_concat({joined}, char(10))"  # noqa: S608 - our own names
            f" FROM ({_escaped(sql)})"
        )
    ).one()
    if not counted:
        return schema.empty_table()
    try:
        table = _parsed(whole.encode(), schema, delimiter=_FIELD, quoted=False)
    except pa.ArrowInvalid:
        table = None
    if table is not None and table.num_rows == counted:
        return table
    # A text holds one of the marks between fields or rows: read value by value.
    return _read_values(connection, sql, schema)


def _joined(connection: Connection, names: list[str]) -> str:
    """One text of all columns of a row; `concat` takes half the time but is not in old SQLite."""
    dialect: Any = connection.dialect
    if dialect.dbapi.sqlite_version_info >= _HAS_CONCAT:
        return f"concat({f', {_MARK}, '.join(names)})"
    return f"||{_MARK}||".join(f"coalesce({name}, '')" for name in names)


def _escaped(sql: str) -> str:
    return sql.replace("\\", "\\\\").replace(":", "\\:")


def _read_values(connection: Connection, sql: str, schema: pa.Schema) -> pa.Table:
    result = connection.execute(text(_escaped(sql)))
    batches = []
    while rows := result.fetchmany(CHUNK):
        columns = zip(*rows, strict=True)
        arrays = [
            pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)
        ]
        batches.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
    return pa.Table.from_batches(batches, schema)


def _parsed(data: bytes, schema: pa.Schema, *, delimiter: str, quoted: bool) -> pa.Table:
    if not data:
        return schema.empty_table()
    return arrow_csv.read_csv(
        pa.BufferReader(data),
        read_options=arrow_csv.ReadOptions(column_names=schema.names, block_size=8 << 20),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter,
            quote_char='"' if quoted else False,
            newlines_in_values=quoted,
            ignore_empty_lines=False,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types={field.name: field.type for field in schema},
            null_values=[""],
            strings_can_be_null=False,
            quoted_strings_can_be_null=True,
        ),
    )
