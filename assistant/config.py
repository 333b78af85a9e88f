"""Settings: defaults < TOML file < environment, read once, frozen.

Each setting is one field of `Settings`. Its name in the TOML file is the field's name, in the
environment `DESKWISE_` and the name in capitals. `docs/settings.md` lists them; a test holds it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any, get_type_hints

from assistant.errors import SettingsError

ENVIRONMENT_PREFIX = "DESKWISE_"
CONFIG_FILE_NAME = "deskwise.toml"
SIGN_IN_KINDS = ("off", "local")
VISITOR_ROLES = ("", "employee", "agent", "manager", "admin")
NOT_SETTINGS = frozenset({"CONFIG", "SHARED", "REQUIRE_BROWSER"})
"""Variables with our prefix that are not settings: the file's place, and two for tests."""


def _setting(default: Any, help_text: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"help": help_text, "secret": secret})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator can set. Units are in the names."""

    home: Path = _setting(Path(".deskwise"), "Where Deskwise keeps its data.")
    host: str = _setting("127.0.0.1", "Address that `deskwise serve` listens on.")
    port: int = _setting(8765, "Port that `deskwise serve` listens on.")
    encoder: str = _setting(
        "default",
        "`default` (all-MiniLM-L6-v2, checked against its published hash), or the name or path "
        "of any sentence-transformers model.",
    )
    encoder_threads: int = _setting(0, "Threads of the encoder; 0 means one for each core.")
    reranker: str = _setting(
        "",
        "Folder of a cross-encoder (sentence-transformers' CrossEncoder), or its name in the "
        "model cache, that reads the first 30 passages once more; empty means none.",
    )
    reranker_download: bool = _setting(
        False, "Whether a cross-encoder that is not in the model cache may be fetched by its name."
    )
    reranker_weight: float = _setting(
        0.5, "What the cross-encoder counts in the ranking; all else together counts the rest."
    )
    max_file_mb: int = _setting(50, "Longest file that is ingested, packed or unpacked, in MB.")
    parse_memory_mb: int = _setting(1024, "Memory of the process that reads files, in MB.")
    parse_seconds: int = _setting(60, "Processor time that reading one file may take, in seconds.")
    max_question_chars: int = _setting(4000, "Longest question that is read, in characters.")
    max_wrong_fraction: float = _setting(
        0.1, "Share of given answers that may be wrong; sets the threshold of abstention."
    )
    min_route_probability: float = _setting(
        0.0, "Below this no route is taken; 0 means the router's own fitted threshold."
    )
    general_abbreviations: bool = _setting(
        True,
        "Whether common IT abbreviations are searched by their long form too, where the articles "
        "write it out.",
    )
    fiscal_year_first_month: int = _setting(
        0,
        "Month, 1 to 12, in which the fiscal year begins; 0: questions about fiscal years are "
        "refused.",
    )
    feedback_cap: float = _setting(
        0.2,
        "Most that people's feedback adds to or takes from a document's score of 0..1; 0 is off.",
    )
    feedback_anonymous_weight: float = _setting(
        0.25, "What the feedback of a visitor without an account counts; a known person's is 1."
    )
    analytics_catalogue: str = _setting(
        "", "Folder of a metric catalogue of one's own; empty means the shipped one."
    )
    analytics_tables: str = _setting(
        "",
        "Folder of the tables (.parquet, .csv) that a catalogue of one's own describes; empty "
        "means the home's warehouse.",
    )
    answer_templates: str = _setting(
        "",
        "Folder of templates of one's own for sentences about figures; a file it lacks is the "
        "shipped one; empty means those alone.",
    )
    warehouse: str = _setting(
        "",
        "Database with the warehouse's tables, as a URL (postgres://user@host/name, "
        "sc://host:15002 for Spark Connect, spark://host:7077 for a Spark master); empty means the "
        "home's files.",
        secret=True,
    )
    query_time_limit_s: float = _setting(
        30.0, "Seconds that one analytical query may run; then it is stopped, and said."
    )
    query_memory_limit_mb: int = _setting(2048, "Memory of one analytical query, in MB.")
    query_max_rows: int = _setting(
        1_000_000, "Rows that one query of the warehouse may return; more are cut, and said."
    )
    secure_cookies: bool = _setting(
        False, "Mark cookies as Secure; set it when the page is served over HTTPS."
    )
    allowed_hosts: str = _setting(
        "127.0.0.1,localhost,[::1]",
        "Host names the page answers to, comma-separated; others get 400.",
    )
    sign_in: str = _setting(
        "off", "`off`: nobody signs in; `local`: with the accounts of `deskwise users`."
    )
    anonymous_role: str = _setting(
        "",
        "Role lent to visitors while sign-in is off; empty: `admin` where only this machine is "
        "answered, `employee` elsewhere, where nothing else is allowed.",
    )
    default_acl: str = _setting(
        "",
        "Groups, comma-separated, for articles that name none, ingested without `--acl`; empty: "
        "everyone while sign-in is off, nobody once it is on.",
    )
    session_idle_minutes: int = _setting(480, "Minutes without use after which a sign-in ends.")
    session_hours: int = _setting(72, "Hours after which a sign-in ends in any case.")
    keep_conversations_days: int = _setting(
        0, "Days after which a conversation that nobody goes on with is forgotten; 0: never."
    )
    keep_audit_days: int = _setting(
        0, "Days after which entries of the audit log are forgotten; 0: never."
    )

    @property
    def is_loopback_only(self) -> bool:
        """Whether only this machine is answered: by its address, and by every host name."""
        names = {name.strip().lower() for name in self.allowed_hosts.split(",")} - {""}
        return all(is_loopback(name) for name in {*names, self.host.lower()})

    @property
    def visitor_role(self) -> str:
        """Role that visitors have while sign-in is off."""
        return self.anonymous_role or ("admin" if self.is_loopback_only else "employee")

    @property
    def missing_acl(self) -> tuple[str, ...]:
        """Groups that may read an article for which nobody said who may; none is nobody."""
        named = tuple(item.strip() for item in self.default_acl.split(",") if item.strip())
        return named or (("everyone",) if self.sign_in == "off" else ())

    @property
    def knowledge_dir(self) -> Path:
        """Folder of the document store, the vector cache and the snapshots."""
        return self.home / "knowledge"

    @property
    def warehouse_dir(self) -> Path:
        """Folder of the warehouse's Parquet files."""
        return self.home / "warehouse"

    @property
    def analytics_catalogue_dir(self) -> Path | None:
        """Folder of a catalogue of one's own; None for the shipped one."""
        return Path(self.analytics_catalogue).expanduser() if self.analytics_catalogue else None

    @property
    def answer_templates_dir(self) -> Path | None:
        """Folder of templates of one's own; None for the shipped ones."""
        return Path(self.answer_templates).expanduser() if self.answer_templates else None

    @property
    def analytics_tables_dir(self) -> Path:
        """Folder of the tables that questions are asked of."""
        if self.analytics_catalogue and self.analytics_tables:
            return Path(self.analytics_tables).expanduser()
        return self.warehouse_dir

    @property
    def consent_file(self) -> Path:
        """CSV file of who may be written to; optional."""
        return self.home / "consent.csv"

    @property
    def questions_path(self) -> Path:
        """JSON file of verified and saved questions."""
        return self.home / "questions.json"

    @property
    def models_dir(self) -> Path:
        """Folder of trained models."""
        return self.home / "models"

    @property
    def database_path(self) -> Path:
        """SQLite file of conversations, feedback and tickets."""
        return self.home / "conversations.sqlite"


def setting_rows(settings: Settings) -> list[dict[str, str]]:
    """Return name, value, variable and help of each setting; secrets are hidden."""
    return [
        {
            "name": item.name,
            "value": "••••" if item.metadata.get("secret") else str(getattr(settings, item.name)),
            "variable": ENVIRONMENT_PREFIX + item.name.upper(),
            "help": str(item.metadata["help"]),
        }
        for item in fields(Settings)
    ]


def load_settings(
    *,
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Read the settings.

    Parameters
    ----------
    overrides
        Values from the command line; they win. None values are ignored.
    environment
        Variables; the process's own when None.

    Raises
    ------
    SettingsError
        When a setting is unknown, has the wrong type or an impossible value, or the file cannot
        be read.
    """
    env = os.environ if environment is None else environment
    given = {key: value for key, value in (overrides or {}).items() if value is not None}
    home = Path(given.get("home") or env.get(ENVIRONMENT_PREFIX + "HOME") or Path(".deskwise"))
    named_file = env.get(ENVIRONMENT_PREFIX + "CONFIG")
    file = Path(named_file) if named_file else home / CONFIG_FILE_NAME
    values: dict[str, Any] = {}
    values |= _from_file(file, must_exist=named_file is not None)
    values |= _from_environment(env)
    values |= given
    settings = Settings(**{name: _convert(name, value) for name, value in values.items()})
    _check_ranges(settings)
    check_access(settings)
    return settings


def _from_file(file: Path, *, must_exist: bool) -> dict[str, Any]:
    if not file.is_file():
        if must_exist:
            raise SettingsError(
                f"The settings file {file} does not exist.",
                hint=f"Create it or unset {ENVIRONMENT_PREFIX}CONFIG.",
            )
        return {}
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The settings file {file} is not valid TOML: {error}.", hint="Correct that line."
        ) from error
    for name in values:
        _require_known(name, where=str(file))
    return values


def _from_environment(env: Mapping[str, str]) -> dict[str, str]:
    values = {}
    for key, value in env.items():
        if not key.startswith(ENVIRONMENT_PREFIX):
            continue
        bare = key.removeprefix(ENVIRONMENT_PREFIX)
        if bare in NOT_SETTINGS:
            continue
        _require_known(bare.lower(), where=f"environment variable {key}")
        values[bare.lower()] = value
    return values


def _require_known(name: str, *, where: str) -> None:
    names = [item.name for item in fields(Settings)]
    if name in names:
        return
    near = get_close_matches(name, names, n=1)
    raise SettingsError(
        f"Unknown setting {name!r} in {where}.",
        hint=f"Did you mean {near[0]!r}?" if near else "`deskwise config show` lists them.",
    )


def _convert(name: str, value: Any) -> Any:
    wanted = get_type_hints(Settings)[name]
    try:
        if wanted is bool:
            return _to_bool(value)
        if wanted is Path:
            return Path(str(value)).expanduser()
        if isinstance(value, bool):
            raise ValueError("a boolean")
        return wanted(value)
    except (TypeError, ValueError) as error:
        raise SettingsError(
            f"Setting {name!r} is {value!r}; expected {wanted.__name__}.",
            hint="Correct it in the settings file or the environment.",
        ) from error


def _to_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if str(value).lower() not in known:
        raise ValueError(value)
    return known[str(value).lower()]


def _check_ranges(settings: Settings) -> None:
    limits: dict[str, tuple[float, float]] = {
        "port": (0, 65535),
        "encoder_threads": (0, 1024),
        "reranker_weight": (0.0, 1.0),
        "max_file_mb": (1, 1_000),
        "parse_memory_mb": (256, 1_000_000),
        "parse_seconds": (1, 3_600),
        "max_question_chars": (100, 100_000),
        "max_wrong_fraction": (0.001, 0.5),
        "min_route_probability": (0.0, 1.0),
        "fiscal_year_first_month": (0, 12),
        "feedback_cap": (0.0, 0.5),
        "feedback_anonymous_weight": (0.0, 1.0),
        "query_time_limit_s": (0.1, 86_400),
        "query_memory_limit_mb": (64, 1_000_000),
        "query_max_rows": (1_000, 100_000_000),
        "session_idle_minutes": (1, 10_080),
        "session_hours": (1, 720),
        "keep_conversations_days": (0, 36_500),
        "keep_audit_days": (0, 36_500),
    }
    for name, (low, high) in limits.items():
        value = getattr(settings, name)
        if not low <= value <= high:
            raise SettingsError(
                f"Setting {name!r} is {value}; expected {low:g} to {high:g}.",
                hint="Correct it in the settings file or the environment.",
            )


def is_loopback(name: str) -> bool:
    """Return whether a host name or address is this machine's own."""
    if name == "localhost":
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:  # a name, not an address
        return False


def check_access(settings: Settings) -> None:
    """Refuse settings that would let strangers in.

    Raises
    ------
    SettingsError
    """
    for name, known in (("sign_in", SIGN_IN_KINDS), ("anonymous_role", VISITOR_ROLES)):
        if getattr(settings, name) not in known:
            raise SettingsError(
                f"Setting {name!r} is {getattr(settings, name)!r}; expected one of "
                f"{', '.join(repr(item) for item in known)}.",
                hint="Correct it in the settings file or the environment.",
            )
    if settings.is_loopback_only:
        return
    if settings.sign_in == "off" and settings.anonymous_role not in ("", "employee"):
        raise SettingsError(
            f"Setting 'anonymous_role' is {settings.anonymous_role!r}, but other machines are "
            "answered too: strangers would have that role.",
            hint="Set sign_in to 'local', or leave anonymous_role out.",
        )
    if settings.sign_in != "off" and not settings.secure_cookies:
        raise SettingsError(
            "People would sign in over a connection that others can read.",
            hint="Put HTTPS in front and set secure_cookies to true; see docs/access.md.",
        )
