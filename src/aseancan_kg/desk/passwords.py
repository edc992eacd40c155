"""Passwords: what one may be, and the hash by which it is known.

Argon2id costs whoever has stolen the hashes time and memory for every guess (RFC 9106). What a password may be follows
NIST SP 800-63B §3.1.1: long, of any characters, in one form of Unicode; no rules on their composition.
"""

from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from aseancan_kg.errors import InputError

LEAST, MOST = 12, 256
"""Characters of a password."""
NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$aCfTxScL/GW0CMETL77YGA$4PVursBJpy5Jp6NwDlNYRWdgGfLrnQaH/MwVxtGPiXo"
"""A hash that is verified where there is no account, which takes as long as where there is one."""
_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
"""The second recommendation of RFC 9106 §4: 64 MB, for machines that have other things to do."""


def hashed(password: str, name: str) -> str:
    """Return the hash of a password of the account of this name; raises `InputError` for one that is too weak."""
    if not LEAST <= len(_known(password)) <= MOST:
        raise InputError(f"a password has {LEAST} to {MOST} characters", remedy="Take a few words that only you know.")
    if _known(password).casefold() == _known(name).casefold():
        raise InputError("the password is the name of the account", remedy="Take a few words that only you know.")
    return _HASHER.hash(_bytes(password))


def is_right(password: str, hash_: str) -> bool:
    """Tell whether a hash is that of a password."""
    try:
        return _HASHER.verify(hash_, _bytes(password))
    except VerifyMismatchError:
        return False


def is_outdated(hash_: str) -> bool:
    """Tell whether a hash was made with other parameters than are used now."""
    return _HASHER.check_needs_rehash(hash_)


def again(password: str) -> str:
    """Return a hash of a password that was verified, by the parameters that are used now."""
    return _HASHER.hash(_bytes(password))


def _known(password: str) -> str:
    return normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    return _known(password).encode("utf-8", "surrogatepass")
