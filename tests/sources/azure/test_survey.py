"""Which subscriptions are found, and which of them are read in full."""

from __future__ import annotations

import pickle

import pytest

from pamlint.model.errors import UserError
from pamlint.model.scope import Scope
from pamlint.sources.azure import Access, Reader, survey
from tests.servers.azure import TENANT, AzureServer
from tests.servers.azure_estates import Lists, subscription_item
from tests.servers.azure_everything import SUBSCRIPTION, everything
from tests.sources.azure.reading import served

OTHER = "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee"
EMPTY = [f"00000000-0000-0000-0000-{number:012}" for number in range(30)]


def _with(*others: tuple[str, str, str]) -> Lists:
    return {**everything(), "/subscriptions": [*everything()["/subscriptions"], *(subscription_item(*each) for each in others)]}


def _kinds(server: AzureServer, subscription: str) -> list[str]:
    """The lists that were asked for in a subscription."""
    return [call.partition("?")[0].rpartition("/")[2] for call in server.asked if f"/{subscription}/" in call]


def test_all_that_the_credential_sees() -> None:
    """Every subscription that is listed is found, sorted, whatever page it stands on and however its id is written."""
    with served(_with((OTHER.upper(), "Enabled", "Test"), (EMPTY[0], "Warned", "Old")), page=1) as server:
        found = survey(server.access())
    assert (found.problems, found.notes) == ((), ())
    assert found.scopes == tuple(Scope("azure", each) for each in (EMPTY[0], SUBSCRIPTION, OTHER))
    assert found.scopes[1].name == f"azure/{SUBSCRIPTION}"


@pytest.mark.parametrize("wanted", [OTHER, OTHER.upper(), "test"])
def test_named_subscriptions(wanted: str) -> None:
    """A subscription is named by its id or its name, in any case; one that is not seen is a problem, and the others are found."""
    with served(_with((OTHER, "Enabled", "Test"))) as server:
        found = survey(server.access(subscriptions=(wanted, "Nowhere")))
    assert found.scopes == (Scope("azure", OTHER),)
    assert [problem.message for problem in found.problems] == ["azure/nowhere: the credential sees no such subscription"]


def test_disabled_subscription() -> None:
    """A disabled subscription is told and not read: what Azure shows of it may be of the past."""
    with served(_with((OTHER, "Disabled", "Test"))) as server:
        found = survey(server.access())
    assert found.scopes == (Scope("azure", SUBSCRIPTION),)
    assert [problem.message for problem in found.problems] == [
        f"azure/{OTHER}: the subscription is Disabled, so nothing is read of it"
    ]


def test_many_subscriptions() -> None:
    """Resource Graph is asked once about many; what it has nothing of is read with two calls, which is said, and is complete."""
    with served(_with(*((each, "Enabled", "Spare") for each in EMPTY))) as server:
        found = survey(server.access())
        reader = Reader(server.access())
        readings = {scope: reader.read(scope) for scope in found.scopes}
    assert found.notes == (
        "30 of 31 subscriptions hold nothing of the network, says Azure Resource Graph; their reading only makes sure of that",
    )
    assert sum("ResourceGraph" in call for call in server.asked) == 1
    assert {scope.account for scope in found.scopes if not scope.idle} == {SUBSCRIPTION}
    assert _kinds(server, EMPTY[3]) == ["networkSecurityGroups", "virtualNetworks"]
    empty = readings[Scope("azure", EMPTY[3], idle=True)]
    assert (empty.input.complete, empty.resources, empty.problems, empty.unread) == (True, (), (), ())
    assert readings[Scope("azure", SUBSCRIPTION)].resources


def test_inventory_that_is_behind() -> None:
    """A subscription in which the inventory has nothing is read in full all the same, where that turns out to be wrong."""
    with served(everything()) as server:
        whole = Reader(server.access()).read(Scope("azure", SUBSCRIPTION))
        assert Reader(server.access()).read(Scope("azure", SUBSCRIPTION, idle=True)) == whole
    assert whole.resources


@pytest.mark.parametrize("fault", ["denied", "error", "missing-value", "html", "repeats"])
def test_inventory_that_does_not_answer(fault: str) -> None:
    """Without the inventory every subscription is read in full, which a note says; nothing is taken for empty."""
    with served(_with(*((each, "Enabled", "Spare") for each in EMPTY))) as server:
        survey(server.access())
        (question,) = (call for call in server.asked if "ResourceGraph" in call)
        server.faults[question] = fault
        found = survey(server.access())
    assert len(found.scopes) == 31
    assert not any(scope.idle for scope in found.scopes)
    assert found.problems == ()
    (note,) = found.notes
    assert note.startswith("Azure Resource Graph did not help (")
    assert "so every subscription is read in full" in note


def test_wrong_secret() -> None:
    """A credential that is refused is a problem in its own words, without the secret; subscriptions named by id are still tried."""
    with served(everything()) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AZURE_CLIENT_SECRET", "hunter2")
        found = survey(server.access(subscriptions=(SUBSCRIPTION,)))
        reading = Reader(server.access()).read(found.scopes[0])
    assert "AADSTS7000215: Invalid client secret" in found.problems[0].message
    assert found.problems[0].tip.startswith("Sign in with `az login`")
    assert not reading.input.complete
    assert reading.resources == ()
    assert "hunter2" not in repr((found, reading))


def test_no_credential() -> None:
    """Without any credential it is for the user to sign in, and the error says so in one line."""
    with served(everything()) as server, pytest.MonkeyPatch.context() as patch:
        patch.delenv("AZURE_CLIENT_SECRET")
        with pytest.raises(UserError, match="sign in with `az login`"):
            survey(server.access())
    assert server.asked == []


def test_untrusted_certificate() -> None:
    """A certificate that nobody vouches for is refused: no token goes to whoever answers."""
    with served(everything()) as server:
        found = survey(server.access(ca_bundle=""))
    assert found.scopes == ()
    assert "certificate verify failed" in found.problems[0].message.lower().replace("_", " ")
    assert server.asked == []


@pytest.mark.parametrize("tenant", [TENANT, "99999999-2222-3333-4444-555555555555"])
def test_tenant(tenant: str) -> None:
    """The token is asked for in the tenant that is named, whatever tenant the service principal is at home in."""
    with served(everything()) as server:
        found = survey(server.access(tenant=tenant))
    assert found.problems == ()
    assert server.tenants == {tenant}


def test_access_is_sent_to_workers() -> None:
    """An access goes to another process as it is, and holds no credential."""
    access = Access(("a",), tenant="t", cloud="china")
    assert pickle.loads(pickle.dumps(access)) == access
    assert not {"secret", "token", "password", "credential"} & set(Access.__slots__)


@pytest.mark.parametrize(
    ("cloud", "address", "scope"),
    [
        ("public", "https://management.azure.com", "https://management.azure.com/.default"),
        ("usgovernment", "https://management.usgovcloudapi.net", "https://management.core.usgovcloudapi.net/.default"),
        ("china", "https://management.chinacloudapi.cn", "https://management.chinacloudapi.cn/.default"),
    ],
)
def test_clouds(cloud: str, address: str, scope: str) -> None:
    """Each of Azure's clouds has its resource manager and audience; both can be given."""
    access = Access(cloud=cloud)
    assert (access.resource_manager, access.token_scope) == (address, scope)
    own = Access(cloud=cloud, endpoint="https://arm.example/", audience="https://arm.example/")
    assert (own.resource_manager, own.token_scope) == ("https://arm.example", "https://arm.example/.default")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cloud": "germany"}, "there is no Azure cloud 'germany'; there are public, usgovernment, china"),
        ({"endpoint": "http://arm.example"}, "the endpoint 'http://arm.example' must begin with https://: tokens go there"),
        ({"endpoint": "https://"}, "the endpoint 'https://' names no host"),
        ({"authority": "login.example"}, "the authority 'login.example' must begin with https://: tokens go there"),
        ({"ca_bundle": "nowhere.pem"}, "there is no file nowhere.pem with certificates to trust"),
    ],
)
def test_access_that_cannot_be(settings: dict[str, str], message: str) -> None:
    """What cannot be an access is refused where it is made."""
    with pytest.raises(UserError, match=r".") as error:
        Access(**settings)  # type: ignore[arg-type]
    assert error.value.message == message
