"""What an installation is told about organisations' own sign-ins, and what it says where that is wrong."""

import pytest

from training.config import Config, ConfigError
from training.config_single_sign_on import providers_from

WHOLE = {
    "MUSTER_OIDC_COUNCIL_ISSUER": "https://login.microsoftonline.com/0b1c/v2.0",
    "MUSTER_OIDC_COUNCIL_CLIENT_ID": "an-id",
    "MUSTER_OIDC_COUNCIL_CLIENT_SECRET": "a-secret",
    "MUSTER_OIDC_COUNCIL_NAME": "Sandby Council",
    "MUSTER_OIDC_COUNCIL_DOMAINS": "Council.example, @schools.council.example",
}


def test_none_is_needed() -> None:
    assert Config.from_environment({}).single_sign_on == ()


def test_a_whole_description_makes_a_provider() -> None:
    (provider,) = Config.from_environment({**WHOLE, "MUSTER_OIDC_COUNCIL_TWO_FACTORS": "yes"}).single_sign_on
    assert (provider.key, provider.name) == ("council", "Sandby Council")
    assert provider.domains == ("council.example", "schools.council.example")
    assert (provider.addresses_verified, provider.two_factors) == (False, True)
    assert "a-secret" not in repr(provider)


def test_several_stand_side_by_side() -> None:
    other = {name.replace("COUNCIL", "POLICE"): value for name, value in WHOLE.items()}
    assert [provider.key for provider in providers_from({**WHOLE, **other}, is_production=True)] == [
        "council",
        "police",
    ]


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=f"Set {name}"):
        Config.from_environment({key: value for key, value in WHOLE.items() if key != name})
    with pytest.raises(ConfigError, match=f"Set {name}"):
        Config.from_environment({**WHOLE, name: " "})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ISSUER", "login.example"),
        ("ISSUER", "http://login.example"),
        ("ISSUER", "https://login.example/?tenant=1"),
        ("ISSUER", "https://login.microsoftonline.com/common/v2.0"),
        ("ISSUER", "https://login.microsoftonline.com/organizations"),
        ("DOMAINS", "council"),
        ("DOMAINS", "council.example; other.example"),
        ("DOMAINS", "*"),
        ("ADDRESSES_VERIFIED", "true"),
        ("TWO_FACTORS", "perhaps"),
        ("ISSUR", "https://login.example"),
    ],
)
def test_what_is_wrong_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"MUSTER_OIDC_COUNCIL_{name}"):
        Config.from_environment({**WHOLE, f"MUSTER_OIDC_COUNCIL_{name}": value})


def test_a_provider_without_tls_is_for_development_on_one_machine() -> None:
    local = {**WHOLE, "MUSTER_OIDC_COUNCIL_ISSUER": "http://127.0.0.1:8080"}
    assert providers_from(local, is_production=False)[0].issuer == "http://127.0.0.1:8080"
    with pytest.raises(ValueError, match="https://"):
        providers_from(local, is_production=True)
