"""The whole exception tree; every message says what is wrong, where, and what to do.

KgBuilderError
├── UsageError            wrong arguments                              exit 2
│   └── ConfigError       kg.toml, sidecar or environment is wrong     exit 2
├── InputError            one input cannot be read; the rest goes on   exit 1
│   ├── UnsupportedFormatError   no reader knows the format
│   └── DecodeError              bytes that are not text
├── AuthorityError        an authority file is broken                  exit 2
├── ShapesError           a shapes file is broken                      exit 2
├── QueryError            a SPARQL query is malformed (position known) exit 2
└── CannotRunError        nothing was changed                          exit 4
    ├── StoreLockedError      another build writes to this store
    ├── StoreFormatError      the store was made by a newer version
    ├── StoreMissingError     there is no store, or no snapshot yet
    ├── StoreDamagedError     counts or files do not agree
    ├── StorageFullError      the disk is full
    ├── GateDisagreementError the gate's engine and its reference find different things
    └── PortInUseError        the port of `serve` is taken
"""

from __future__ import annotations


class KgBuilderError(Exception):
    """Base of all errors this package raises on purpose.

    `exit_code` is what the command line returns when the error ends the run.
    """

    exit_code = 1


class UsageError(KgBuilderError):
    """The call is wrong; its message names the argument and the mend."""

    exit_code = 2


class ConfigError(UsageError):
    """A setting in kg.toml, a sidecar or the environment is wrong."""


class InputError(KgBuilderError):
    """One input cannot be turned into documents; the rest of the batch goes on."""

    exit_code = 1


class UnsupportedFormatError(InputError):
    """No reader knows the format of an input."""


class DecodeError(InputError):
    """The bytes of an input are not text in any encoding that was tried."""


class AuthorityError(KgBuilderError):
    """An authority file cannot be parsed or lacks what an entry needs."""

    exit_code = 2


class ShapesError(KgBuilderError):
    """A shapes graph cannot be parsed or used."""

    exit_code = 2


class QueryError(KgBuilderError):
    """A SPARQL query is malformed.

    `line` and `column` are 1-based, or None where the parser does not say.
    """

    exit_code = 2

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class CannotRunError(KgBuilderError):
    """The command could not run; nothing was changed."""

    exit_code = 4


class StoreLockedError(CannotRunError):
    """Another process is writing to the store."""


class StoreFormatError(CannotRunError):
    """The store was written by a newer version of kg-builder."""


class StoreMissingError(CannotRunError):
    """The folder holds no store, or the store has no snapshot yet."""


class StoreDamagedError(CannotRunError):
    """What is on disk does not agree with what the snapshot's manifest says."""


class StorageFullError(CannotRunError):
    """The disk is full; the last snapshot is untouched."""


class GateDisagreementError(CannotRunError):
    """The gate's engine and pySHACL found different things in the same graph."""


class PortInUseError(CannotRunError):
    """The port that `serve` should listen on is taken."""
