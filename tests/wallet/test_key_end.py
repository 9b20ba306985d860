"""When the till's API key ends, where Blink says it; without an answer sales go on."""

from kiosk.simulate import Fault, Simulator
from tests.wallet.conftest import Door


def test_the_end_of_the_key_that_asks_is_found_among_all_keys(
    simulator: Simulator, door: Door
) -> None:
    """Another key of the same account ends sooner, and is not ours."""
    till = simulator.world.accounts.by_username(simulator.till.username)
    simulator.world.accounts.add_key(till, ["READ"])
    simulator.faults.add(Fault.API_KEY_ENDS, seconds=3600)
    ends_at = door.fetched_account().key_ends_at
    assert ends_at is not None
    assert 3590 <= ends_at - int(simulator.clock.now()) <= 3600


def test_a_key_without_an_end_has_none(door: Door) -> None:
    assert door.fetched_account().key_ends_at is None


def test_keys_that_cannot_be_read_fail_alone(simulator: Simulator, door: Door) -> None:
    """They come from another server at Blink, and its failure took `me` with it."""
    simulator.faults.add(Fault.API_KEYS_FAIL)
    account = door.fetched_account()
    assert simulator.faults.struck(Fault.API_KEYS_FAIL) == 1
    assert (account.key_ends_at, bool(account.till_wallet)) == (None, True)
    assert account.limit_left is not None
