"""How the money of batches arrives, in every way that is right and some that are wrong."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import pairwise

from tests.oracle.days_bank import Bank, Bundle
from tests.oracle.days_world import ACCOUNTS, ONE_DAY, Placed, World
from tests.oracle.reference_entries import Fact

MOST_QUIET = 8  # With the parts of one more batch no more than the twelve that are searched.
QUIET = ("转账", "电费清分")


def pay_all(bank: Bank, wrong: int) -> None:
    """Let the money of all batches arrive; some of them go wrong."""
    rng = bank.world.rng
    paying = [one for one in bank.bundles if one.net]
    _pay_twins(bank, [one for one in paying if one.money not in ("", "quiet")])
    paying = [one for one in paying if one.money in ("", "quiet")]
    rng.shuffle(paying)
    for fault in rng.sample(FAULTS * (1 + wrong // len(FAULTS)), wrong):
        if paying:
            fault(bank, paying.pop())
    quiet = [one for one in paying if one.money == "quiet"]
    _pay_quietly(bank, quiet)
    paying = [one for one in paying if one.money != "quiet"]
    while paying:
        bundle = paying.pop()
        if rng.random() > 0.25 or not _merge(bank, bundle, paying, named=True):
            rng.choice([_named, _named, _split_named])(bank, bundle)


def _pay_twins(bank: Bank, twins: list[Bundle]) -> None:
    """Pay batches that come in pairs, where the money of one may be taken for the other's."""
    pairs: dict[tuple[int, str, str], list[Bundle]] = defaultdict(list)
    for one in twins:
        if one.money.startswith("alike"):
            _alike(bank, one)
        else:
            pairs[one.day, one.payee, one.money].append(one)
    for (_, _, money), members in pairs.items():
        for first, second in _two_by_two(members):
            (_share_parts if money == "shared parts" else _name_the_other)(bank, first, second)


def _two_by_two(members: list[Bundle]) -> list[tuple[Bundle, Bundle]]:
    """Return neighbours two by two."""
    return list(zip(members[::2], members[1::2], strict=True))


def _share_parts(bank: Bank, first: Bundle, second: Bundle) -> None:
    """Three arrivals of which one completes either batch: nobody can say which."""
    common = min(first.net, second.net) // 3
    for one in (first, second):
        _ours(bank, one, "not_arrived", one.net, last=None, why="A24")
    for amount in (common, first.net - common, second.net - common):
        row = _pay(bank, first, amount, named=False)
        _theirs(bank, first, "unexpected_arrival", row, -amount, why="A24")


def _name_the_other(bank: Bank, first: Bundle, second: Bundle) -> None:
    """Money that names the first batch has the amount of the second, which gets none."""
    _pay(bank, first, second.net, named=True)
    kind = "short_arrival" if second.net < first.net else "over_arrival"
    _ours(bank, first, kind, first.net - second.net, last=None)
    _ours(bank, second, "not_arrived", second.net, last=None)


def _pay_quietly(bank: Bank, paying: list[Bundle]) -> None:
    """Pay large batches without naming them: few on an account and a day, so all can be found."""
    splits: set[tuple[str, int]] = set()
    while paying:
        bundle = paying.pop()
        place = bundle.payee, bundle.day
        account = ACCOUNTS[bundle.payee]
        if max(bank.quiet_on(account), bank.waiting_on(account)) > MOST_QUIET:
            _named(bank, bundle)
        elif place in splits:
            _unnamed(bank, bundle)
        else:
            splits.add(place)
            if not bank.world.rng.randint(0, 1) or not _merge(bank, bundle, paying, named=False):
                _split_unnamed(bank, bundle)


def _text(world: World, numbers: Iterable[str]) -> tuple[str, str]:
    words = world.rng.choice(["批次{}", "清分 {} 款", "({})", "{}"])
    text = words.format(world.rng.choice(["，", "/", " "]).join(numbers))
    return world.rng.choice([(text, ""), ("转账", text)])


def _pay(bank: Bank, bundle: Bundle, amount: int, *, named: bool, day: int | None = None) -> Placed:
    """Book money for a batch on its clearing date, or on the next when it is late."""
    text = _text(bank.world, [bundle.number]) if named else QUIET
    on = bundle.clearing_on if day is None else bundle.clearing_on + ONE_DAY
    return bank.book(ACCOUNTS[bundle.payee], on, amount, text, bundle.day if day is None else day)


def _named(bank: Bank, bundle: Bundle) -> None:
    _pay(bank, bundle, bundle.net, named=True)


def _unnamed(bank: Bank, bundle: Bundle) -> None:
    _pay(bank, bundle, bundle.net, named=False)


def _alike(bank: Bank, bundle: Bundle) -> None:
    """Two batches alike, and money that may be for either."""
    _ours(bank, bundle, "not_arrived", bundle.net, last=None, why="ambiguous")
    if bundle.money == "alike, paid":
        paid = _pay(bank, bundle, bundle.net, named=False)
        _theirs(bank, bundle, "unexpected_arrival", paid, -bundle.net, why="ambiguous")


def _parts(bank: Bank, total: int, count: int) -> list[int]:
    """Cut an amount into parts of its sign; too small a one stays whole."""
    sign = -1 if total < 0 else 1
    if abs(total) < 1000:
        return [total]
    cuts = sorted(bank.world.rng.sample(range(100, abs(total) - 100), count - 1))
    edges = [0, *cuts, abs(total)]
    return [sign * (after - before) for before, after in pairwise(edges)]


def _split_named(bank: Bank, bundle: Bundle) -> None:
    for part in _parts(bank, bundle.net, bank.world.rng.randint(2, 3)):
        _pay(bank, bundle, part, named=True)


def _split_unnamed(bank: Bank, bundle: Bundle) -> None:
    for part in _parts(bank, bundle.net, bank.world.rng.randint(2, 4)):
        _pay(bank, bundle, part, named=False)


def _merge(bank: Bank, bundle: Bundle, paying: list[Bundle], *, named: bool) -> bool:
    """Pay several batches of one account with one arrival, that names them all or none."""
    alike = [
        one
        for one in paying
        if (one.payee, one.clearing_on, one.day) == (bundle.payee, bundle.clearing_on, bundle.day)
    ][:2]
    total = bundle.net + sum(one.net for one in alike)
    if not alike or total in (0, bundle.net, *(one.net for one in alike)):
        return False
    for one in alike:
        paying.remove(one)
    text = _text(bank.world, [bundle.number, *(one.number for one in alike)]) if named else QUIET
    bank.book(ACCOUNTS[bundle.payee], bundle.clearing_on, total, text, bundle.day)
    return True


def _never(bank: Bank, bundle: Bundle) -> None:
    """The money does not come."""
    _ours(bank, bundle, "not_arrived", bundle.net, last=None)


def _late(bank: Bank, bundle: Bundle) -> None:
    """The money comes a day later; it may not say for what."""
    named = bundle.money != "quiet" or bank.world.rng.random() < 0.3
    comes = bank.first_run(bundle.clearing_on + ONE_DAY, bundle.day + 1)
    if comes is not None:
        _pay(bank, bundle, bundle.net, named=named, day=comes)
    _ours(bank, bundle, "not_arrived", bundle.net, last=None if comes is None else comes - 1)


def _short(bank: Bank, bundle: Bundle) -> None:
    """Less money comes than the batch promises."""
    if abs(bundle.net) < 2:
        _named(bank, bundle)
        return
    less = bank.world.rng.randint(1, abs(bundle.net) - 1) * (1 if bundle.net > 0 else -1)
    _pay(bank, bundle, bundle.net - less, named=True)
    _ours(bank, bundle, _unlike(less), less, last=None)


def _short_at_first(bank: Bank, bundle: Bundle) -> None:
    """A part of the money comes, and the rest a day later."""
    parts = _parts(bank, bundle.net, 2)
    _pay(bank, bundle, parts[0], named=True)
    if len(parts) == 1:
        return
    comes = bank.first_run(bundle.clearing_on + ONE_DAY, bundle.day + 1)
    if comes is not None:
        _pay(bank, bundle, parts[1], named=True, day=comes)
    _ours(bank, bundle, _unlike(parts[1]), parts[1], last=None if comes is None else comes - 1)


def _over(bank: Bank, bundle: Bundle) -> None:
    """More money comes than the batch promises, in one arrival or two."""
    more = bank.world.rng.randint(1, 5_000) * (1 if bundle.net > 0 else -1)
    for part in _parts(bank, bundle.net + more, bank.world.rng.randint(1, 2)):
        _pay(bank, bundle, part, named=True)
    _ours(bank, bundle, _unlike(-more), -more, last=None)


def _unlike(difference: int) -> str:
    """Name an arrival that is not what was expected, as seen from the money."""
    return "short_arrival" if difference > 0 else "over_arrival"


def _twice(bank: Bank, bundle: Bundle) -> None:
    """The money comes twice, under two serial numbers; the greater one is the surplus."""
    rows = [_pay(bank, bundle, bundle.net, named=True) for _ in range(2)]
    for one in rows:
        one.row["交易时间"] = ""
    again = max(rows, key=lambda one: one.row["银行流水号"])
    _theirs(bank, bundle, "duplicate_theirs", again, -bundle.net, why="A8")


def _row_twice(bank: Bank, bundle: Bundle) -> None:
    """The statement has the same row twice."""
    once = _pay(bank, bundle, bundle.net, named=True)
    bank.arrivals.append(Placed(day=bundle.day, row=dict(once.row)))
    _theirs(bank, bundle, "duplicate_theirs", once, -bundle.net, why="A8")


def _stranger(bank: Bank, bundle: Bundle) -> None:
    """Money comes that no batch explains."""
    _named(bank, bundle)
    amount = bank.world.rng.randint(10_000_000, 90_000_000)
    text = bank.world.rng.choice([("结息", ""), ("转账", "张三电费"), ("转账", "QF")])
    stranger = bank.book(ACCOUNTS[bundle.payee], bundle.clearing_on, amount, text, bundle.day)
    _theirs(bank, bundle, "unexpected_arrival", stranger, -amount)


def _elsewhere(bank: Bank, bundle: Bundle) -> None:
    """The money names its batch but comes to another payee's account."""
    other = next(each for each in ACCOUNTS.values() if each != ACCOUNTS[bundle.payee])
    text = _text(bank.world, [bundle.number])
    bank.book(other, bundle.clearing_on, bundle.net, text, bundle.day)


def _charge(bank: Bank, bundle: Bundle) -> None:
    """The bank takes its charge."""
    _named(bank, bundle)
    amount = bank.world.rng.randint(10_000_000, 90_000_000)
    text = ("手续费支出", "")
    charge = bank.book(ACCOUNTS[bundle.payee], bundle.clearing_on, -amount, text, bundle.day)
    _theirs(bank, bundle, "unexpected_debit", charge, amount)


def _ours(
    bank: Bank, bundle: Bundle, kind: str, difference: int, *, last: int | None, why: str = ""
) -> None:
    fact = Fact(
        task="arrival",
        date=bank.world.dates[bundle.day],
        kind=kind,
        ours_key=bundle.number,
        theirs_key="",
        difference_fen=difference,
    )
    bank.world.plant(fact, why=why, day=bundle.day, last=last)


def _theirs(
    bank: Bank, bundle: Bundle, kind: str, arrival: Placed, difference: int, *, why: str = ""
) -> None:
    fact = Fact(
        task="arrival",
        date=bank.world.dates[bundle.day],
        kind=kind,
        ours_key="",
        theirs_key=arrival.row["银行流水号"],
        difference_fen=difference,
    )
    bank.world.plant(fact, why=why, day=arrival.day)


FAULTS: list[Callable[[Bank, Bundle], None]] = [
    _never,
    _late,
    _short,
    _short_at_first,
    _over,
    _twice,
    _row_twice,
    _stranger,
    _charge,
    _elsewhere,
]
