"""What a file can be, what can be wrong with it, and what is told about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as made
from enum import StrEnum

from app.base.i18n import N_, _
from app.base.masking import (
    mask_card,
    mask_household,
    mask_name,
    mask_party,
    mask_phone,
    mask_phones,
    mask_text,
)

PROBLEMS_KEPT = 1_000
"""So many bad rows are named; the rest is counted."""


class Kind(StrEnum):
    """What one row of a file is."""

    PAYMENTS = "payments"
    BILL_LINES = "bill_lines"
    WRITEOFFS = "writeoffs"
    CLEARING_BATCHES = "clearing_batches"
    CLEARING_LINES = "clearing_lines"
    ARRIVALS = "arrivals"
    CHANNEL = "channel"
    ORGANISATIONS = "organisations"
    CHANNELS = "channels"


KIND_LABELS: Mapping[Kind, str] = {
    Kind.PAYMENTS: N_("Payments"),
    Kind.BILL_LINES: N_("Bill lines"),
    Kind.WRITEOFFS: N_("Write-offs"),
    Kind.CLEARING_BATCHES: N_("Clearing batches"),
    Kind.CLEARING_LINES: N_("Clearing lines"),
    Kind.ARRIVALS: N_("Arrivals"),
    Kind.CHANNEL: N_("Channel records"),
    Kind.ORGANISATIONS: N_("Organisations"),
    Kind.CHANNELS: N_("Channels"),
}


class FileStatus(StrEnum):
    """What became of a file."""

    LOADED = "loaded"
    DUPLICATE = "duplicate"
    REPLACED = "replaced"
    REJECTED = "rejected"
    UNDONE = "undone"


FILE_STATUS_LABELS: Mapping[FileStatus, str] = {
    FileStatus.LOADED: N_("loaded"),
    FileStatus.DUPLICATE: N_("duplicate"),
    FileStatus.REPLACED: N_("replaced"),
    FileStatus.REJECTED: N_("rejected"),
    FileStatus.UNDONE: N_("taken back"),
}


class RejectionState(StrEnum):
    """What became of a file that was refused."""

    OPEN = "open"
    """Nothing was done about it yet."""
    RETRIED = "retried"
    """It was tried again, and refused again."""
    CORRECTED = "corrected"
    """It, or a corrected one in its place, was loaded since."""
    DISMISSED = "dismissed"
    """Somebody said that it is not needed."""


class Reason(StrEnum):
    """Why a file or a row is refused."""

    # the file as a whole
    EMPTY_FILE = "empty_file"
    NOT_FOUND = "not_found"
    UNREADABLE = "unreadable"
    STILL_WRITTEN = "still_written"
    UNKNOWN_LAYOUT = "unknown_layout"
    UNKNOWN_PROFILE = "unknown_profile"
    OTHER_PROFILE = "other_profile"
    MISSING_COLUMN = "missing_column"
    DOUBLE_COLUMN = "double_column"
    PERSONAL_BILL = "personal_bill"
    SUMMARY_ONLY = "summary_only"
    NOTIFICATION_ONLY = "notification_only"
    NOT_A_STATEMENT = "not_a_statement"
    NO_ACCOUNT = "no_account"
    ACCOUNT_CONFLICT = "account_conflict"
    WRONG_ENCODING = "wrong_encoding"
    MIXED_ENCODINGS = "mixed_encodings"
    UNKNOWN_ENCODING = "unknown_encoding"
    NUL_BYTE = "nul_byte"
    LINE_TOO_LONG = "line_too_long"
    OPEN_QUOTE = "open_quote"
    TRUNCATED = "truncated"
    TOTAL_DISAGREES = "total_disagrees"
    TOTAL_UNREADABLE = "total_unreadable"
    TOTAL_MISSING = "total_missing"
    AFTER_TOTAL = "after_total"
    MIXED_FEE_SIGNS = "mixed_fee_signs"
    # the child process
    OUT_OF_MEMORY = "out_of_memory"
    OUT_OF_TIME = "out_of_time"
    CRASHED = "crashed"
    # archives
    BAD_ARCHIVE = "bad_archive"
    EMPTY_ARCHIVE = "empty_archive"
    PASSWORD_NEEDED = "password_needed"  # noqa: S105 - a reason, not a secret
    PASSWORD_WRONG = "password_wrong"  # noqa: S105 - a reason, not a secret
    TOO_MANY_MEMBERS = "too_many_members"
    TOO_DEEP = "too_deep"
    TOO_LARGE = "too_large"
    RATIO_TOO_HIGH = "ratio_too_high"
    BAD_MEMBER_NAME = "bad_member_name"
    LINK_MEMBER = "link_member"
    SAME_MEMBER_NAME = "same_member_name"
    # workbooks
    BAD_WORKBOOK = "bad_workbook"
    ABSURD_SIZE = "absurd_size"
    SEVERAL_SHEETS = "several_sheets"
    FORMULA_WITHOUT_VALUE = "formula_without_value"
    CELL_ERROR = "cell_error"
    ID_AS_NUMBER = "id_as_number"
    # XML and SWIFT
    BAD_XML = "bad_xml"
    DOCTYPE = "doctype"
    NO_STATEMENT = "no_statement"
    BAD_SWIFT = "bad_swift"
    MISSING_ENTRY_PART = "missing_entry_part"
    # rows
    RAGGED_ROW = "ragged_row"
    BAD_AMOUNT = "bad_amount"
    NEGATIVE_AMOUNT = "negative_amount"
    BAD_DATE = "bad_date"
    DATE_OUTSIDE = "date_outside"
    BAD_NUMBER = "bad_number"
    BAD_PERIOD = "bad_period"
    BAD_VALUE = "bad_value"
    BAD_TEXT = "bad_text"
    EMPTY_FIELD = "empty_field"
    UNKNOWN_CHANNEL = "unknown_channel"
    UNKNOWN_PAYEE = "unknown_payee"
    BATCH_TWICE = "batch_twice"
    # found when loading
    CONTRADICTS = "contradicts"
    DAY_CLOSED = "day_closed"
    IN_USE = "in_use"
    SHARES_ROWS = "shares_rows"
    # master data
    UNUSABLE = "unusable"
    REPEATED_CODE = "repeated_code"
    UNKNOWN_PARENT = "unknown_parent"
    PARENT_CYCLE = "parent_cycle"
    ACCOUNT_CHANGE = "account_change"
    CHANNEL_CHANGE = "channel_change"


REASON_TEXTS: Mapping[Reason, str] = {
    Reason.EMPTY_FILE: N_("The file is empty (zero bytes)."),
    Reason.NOT_FOUND: N_("There is no such file or folder."),
    Reason.UNREADABLE: N_("The file could not be read: {detail}."),
    Reason.STILL_WRITTEN: N_(
        "The file changed while it was read: it is still being written. Try again when it is done."
    ),
    Reason.UNKNOWN_LAYOUT: N_("The layout is unknown: no profile fits. First line seen: {seen}"),
    Reason.UNKNOWN_PROFILE: N_("There is no statement profile “{profile}”."),
    Reason.OTHER_PROFILE: N_("The file does not have the layout of the profile “{profile}”."),
    Reason.MISSING_COLUMN: N_(
        "The column {column} is missing; otherwise this looks like “{profile}”."
    ),
    Reason.DOUBLE_COLUMN: N_("The column {column} stands in the header more than once."),
    Reason.PERSONAL_BILL: N_(
        "This is a personal bill ({layout}). Only statements of merchants and companies are loaded."
    ),
    Reason.SUMMARY_ONLY: N_(
        "This is a summary ({layout}) without single entries. Load the file of details instead."
    ),
    Reason.NOTIFICATION_ONLY: N_(
        "This is {layout}: it reports single movements during the day, which the statement of "
        "the day (camt.053, MT940) repeats. Load the statement instead."
    ),
    Reason.NOT_A_STATEMENT: N_("The content is {format}, not a statement that can be read."),
    Reason.NO_ACCOUNT: N_(
        "The statement does not say whose account it is. Put the account number into the "
        "file’s name and load it again."
    ),
    Reason.ACCOUNT_CONFLICT: N_("The file’s name gives more than one possible account number."),
    Reason.WRONG_ENCODING: N_(
        "The text is not valid {encoding}: wrong byte {byte} in row {line}, at offset {offset}."
    ),
    Reason.MIXED_ENCODINGS: N_(
        "The file mixes encodings: row {line} is UTF-8, at offset {offset}, in a GB18030 file."
    ),
    Reason.UNKNOWN_ENCODING: N_("The encoding “{encoding}” is not supported."),
    Reason.NUL_BYTE: N_("Row {line} contains a NUL byte; the file is damaged."),
    Reason.LINE_TOO_LONG: N_("Row {line} is longer than {limit} bytes."),
    Reason.OPEN_QUOTE: N_("A quotation mark opened in row {line} is never closed."),
    Reason.TRUNCATED: N_("The last row is cut off: the file is not complete."),
    Reason.TOTAL_DISAGREES: N_(
        "The total {what} does not agree: the file states {stated}, its rows give {found}."
    ),
    Reason.TOTAL_UNREADABLE: N_("The total {what} cannot be read: {value}"),
    Reason.TOTAL_MISSING: N_("The closing totals are missing: the file is not complete."),
    Reason.AFTER_TOTAL: N_("There are rows after the total line."),
    Reason.MIXED_FEE_SIGNS: N_(
        "The fees of payments are partly positive and partly negative; their sense is not clear."
    ),
    Reason.OUT_OF_MEMORY: N_("The file could not be read: it needs more memory than is allowed."),
    Reason.OUT_OF_TIME: N_("The file could not be read: it takes more time than is allowed."),
    Reason.CRASHED: N_("The file could not be read: the reading process died ({detail})."),
    Reason.BAD_ARCHIVE: N_("The archive is damaged: {detail}."),
    Reason.EMPTY_ARCHIVE: N_("The archive holds no files."),
    Reason.PASSWORD_NEEDED: N_("The file is encrypted: a password is needed."),
    Reason.PASSWORD_WRONG: N_("The password is wrong."),
    Reason.TOO_MANY_MEMBERS: N_("The archive holds {count} files; at most {limit} are allowed."),
    Reason.TOO_DEEP: N_("An archive inside an archive is not opened. Unpack it first."),
    Reason.TOO_LARGE: N_("Unpacked it would have {size} bytes; at most {limit} are allowed."),
    Reason.RATIO_TOO_HIGH: N_(
        "It is packed {ratio} times smaller than its content; more than {limit} is not opened."
    ),
    Reason.BAD_MEMBER_NAME: N_("The name “{name}” in the archive leads out of it."),
    Reason.LINK_MEMBER: N_("“{name}” in the archive is a link, not a file."),
    Reason.SAME_MEMBER_NAME: N_("The archive holds the name “{name}” more than once."),
    Reason.BAD_WORKBOOK: N_("The workbook is damaged: {detail}."),
    Reason.ABSURD_SIZE: N_(
        "The sheet spans {rows} rows and {columns} columns; that is more than can be read."
    ),
    Reason.SEVERAL_SHEETS: N_(
        "More than one sheet holds a statement ({sheets}). Save each as its own file."
    ),
    Reason.FORMULA_WITHOUT_VALUE: N_(
        "The cell holds a formula without a stored value. Open the workbook, recalculate and save."
    ),
    Reason.CELL_ERROR: N_("The cell holds the error {value}."),
    Reason.ID_AS_NUMBER: N_(
        "{value} was stored as a number by a spreadsheet and has lost its last digits. "
        "Export it anew with this column as text."
    ),
    Reason.BAD_XML: N_("The XML is damaged: {detail}."),
    Reason.DOCTYPE: N_("The XML declares a document type or entities, which is not accepted."),
    Reason.NO_STATEMENT: N_("The message holds no statement: it has no {part}."),
    Reason.BAD_SWIFT: N_("This cannot be read as an MT940 statement: {detail}."),
    Reason.MISSING_ENTRY_PART: N_("The entry has no {part}."),
    Reason.RAGGED_ROW: N_("The row has {found} fields where {expected} are expected."),
    Reason.BAD_AMOUNT: N_("“{value}” is not an amount in yuan with up to two decimals."),
    Reason.NEGATIVE_AMOUNT: N_(
        "“{value}” is negative; this layout writes amounts positive and tells refunds by type."
    ),
    Reason.BAD_DATE: N_("“{value}” is not a date or time."),
    Reason.DATE_OUTSIDE: N_("“{value}” is outside {first} to {last}."),
    Reason.BAD_NUMBER: N_("“{value}” is not a whole number."),
    Reason.BAD_PERIOD: N_("“{value}” is not a month (YYYYMM)."),
    Reason.BAD_VALUE: N_("“{value}” is not one of: {allowed}."),
    Reason.BAD_TEXT: N_("“{value}” contains control characters or is too long."),
    Reason.EMPTY_FIELD: N_("The field is empty."),
    Reason.UNKNOWN_CHANNEL: N_("The channel “{value}” is unknown."),
    Reason.UNKNOWN_PAYEE: N_("The payee “{value}” is unknown."),
    Reason.BATCH_TWICE: N_("The batch number “{value}” stands in the file twice."),
    Reason.CONTRADICTS: N_(
        "The row contradicts the one loaded under the same key from {file}, line {line}."
    ),
    Reason.DAY_CLOSED: N_("The business day {day} is closed."),
    Reason.IN_USE: N_(
        "It would replace {file}, on whose entries people built ({built}; {examples}). "
        "Take that back first."
    ),
    Reason.SHARES_ROWS: N_(
        "It would replace {file}, which shares rows with {other}, loaded after it; they would be "
        "lost. Take {other} back first."
    ),
    Reason.UNUSABLE: N_("“{value}” cannot be used here."),
    Reason.REPEATED_CODE: N_("The code “{value}” stands twice with different contents."),
    Reason.UNKNOWN_PARENT: N_("There is no organisation “{value}” to be its parent."),
    Reason.PARENT_CYCLE: N_("The organisation “{value}” would stand below itself."),
    Reason.ACCOUNT_CHANGE: N_(
        "The bank account of the organisation “{value}” would change ({changes}). That needs two "
        "people: ask for the change on the page of the master data."
    ),
    Reason.CHANNEL_CHANGE: N_(
        "The rules of the channel “{value}” would change ({changes}). That needs two people: ask "
        "for the change on the page of the master data."
    ),
}


class Notice(StrEnum):
    """What is worth knowing about a file that is loaded all the same."""

    BALANCE_BREAK = "balance_break"
    CLOSING_BALANCE = "closing_balance"
    IDS_END_IN_ZEROS = "ids_end_in_zeros"
    NAME_SAYS_OTHERWISE = "name_says_otherwise"
    OTHER_CURRENCY = "other_currency"
    NO_TOTALS = "no_totals"
    BATCH_WITHOUT_DETAILS = "batch_without_details"
    NOT_BOOKED = "not_booked"


NOTICE_TEXTS: Mapping[Notice, str] = {
    Notice.BALANCE_BREAK: N_(
        "The running balance of account {account} breaks here: {expected} expected, {found} found."
    ),
    Notice.CLOSING_BALANCE: N_(
        "Account {account}: the opening balance and the entries give {expected}, "
        "the statement closes with {found}."
    ),
    Notice.IDS_END_IN_ZEROS: N_(
        "{count} numbers in the column {column} end in 000: a spreadsheet may have rounded them."
    ),
    Notice.NAME_SAYS_OTHERWISE: N_("The file’s name says {name}; its content is {format}."),
    Notice.OTHER_CURRENCY: N_("{count} entries are in {currency}."),
    Notice.NO_TOTALS: N_("The file states no totals to check against."),
    Notice.BATCH_WITHOUT_DETAILS: N_("A collective entry stands as one entry."),
    Notice.NOT_BOOKED: N_("{count} entries are not booked yet and were left out."),
}


class Personal(StrEnum):
    """What kind of personal datum a field holds, and so how it is masked."""

    NAME = "name"
    PHONE = "phone"
    CARD = "card"
    HOUSEHOLD = "household"
    PARTY = "party"
    TEXT = "text"


_MASKS = {
    Personal.NAME: mask_name,
    Personal.PHONE: mask_phone,
    Personal.CARD: mask_card,
    Personal.HOUSEHOLD: mask_household,
    Personal.PARTY: mask_party,
    Personal.TEXT: mask_text,
}


def masked(value: str, personal: Personal | None) -> str:
    """Return a value as it may be shown in a report."""
    return value if personal is None else _MASKS[personal](value)


OFTEN_PERSONAL = frozenset({"account_no", "counterparty_account"})
"""Fields that hold the numbers of people's cards as often as those of companies' accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """One thing that is wrong, and where; line 0 means the file as a whole."""

    reason: Reason
    line: int = 0
    column: str = ""
    field: str = ""
    value: str = ""
    sheet: str = ""
    params: Mapping[str, str] = made(default_factory=dict)

    def text(self) -> str:
        """Return the translated sentence."""
        given = {"value": self.value, "line": str(self.line), "column": self.column}
        return _(REASON_TEXTS[self.reason]).format(**{**given, **self.params})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing worth knowing; the file is loaded all the same."""

    notice: Notice
    line: int = 0
    params: Mapping[str, str] = made(default_factory=dict)

    def text(self) -> str:
        """Return the translated sentence."""
        return _(NOTICE_TEXTS[self.notice]).format(**{"line": str(self.line), **self.params})


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """One control total that the file states and its rows confirm."""

    name: str
    stated: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a file holds, known when all of it has been read."""

    rows: int = 0
    total_fen: int = 0
    """Plain sum of the amounts as the file writes them."""
    findings: tuple[Finding, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    problem_count: int = 0
    business_days: tuple[int, ...] = ()
    account_nos: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    totals: tuple[Total, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """One row of a file as it stands: where it begins, and its cells."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawLines:
    """Rows of a file as they stand, and what is known of their columns.

    `places` says in which cell a column or field stands, `personal` which cells hold personal
    data. Without a header the layout is not known.
    """

    header: tuple[str, ...] = ()
    header_line: int = 0
    places: Mapping[str, int] = made(default_factory=dict)
    personal: Mapping[int, Personal] = made(default_factory=dict)
    rows: tuple[RawRow, ...] = ()

    def masked(self) -> RawLines:
        """Return the rows as they may be shown to everybody."""
        return replace(self, rows=tuple(map(self._masked_row, self.rows)))

    def _masked_row(self, row: RawRow) -> RawRow:
        if row.line <= self.header_line:
            return row
        cells = [
            masked(cell, self.personal.get(place)) if place in self.personal else mask_phones(cell)
            for place, cell in enumerate(row.cells)
        ]
        return RawRow(line=row.line, cells=tuple(cells))
