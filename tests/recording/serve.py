# ruff: noqa: N802 (the methods are named by the protocol)
"""Run a command with the stand-in providers attached: `python -m tests.recording.serve terraform plan`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from tf.gen import grpc_controller_pb2 as messages
from tf.gen import grpc_controller_pb2_grpc as controller

from tests.recording.provider import servicer
from tests.recording.schemas import RESOURCES


class Controller(controller.GRPCControllerServicer):  # type: ignore[misc]
    """Terraform asks for a shutdown when it is done; the servers outlive it, for the next command."""

    def Shutdown(self, request: Any, context: Any) -> Any:
        return messages.Empty()


@contextmanager
def providers() -> Iterator[dict[str, str]]:
    """Serve both providers while the context lasts; gives the environment in which terraform finds them."""
    with tempfile.TemporaryDirectory() as directory:
        servers, reattach = [], {}
        for name in RESOURCES:
            server = grpc.server(ThreadPoolExecutor(8))
            servicer(server, name)
            controller.add_GRPCControllerServicer_to_server(Controller(), server)
            socket = Path(directory, f"{name}.sock")
            server.add_insecure_port(f"unix://{socket}")
            server.start()
            servers.append(server)
            reattach[f"registry.terraform.io/hashicorp/{name}"] = {
                "Protocol": "grpc",
                "ProtocolVersion": 6,
                "Pid": os.getpid(),
                "Test": True,
                "Addr": {"Network": "unix", "String": str(socket)},
            }
        settings = Path(directory, "terraformrc")
        settings.touch()
        yield {
            **{key: value for key, value in os.environ.items() if not key.startswith("TF_")},
            "TF_REATTACH_PROVIDERS": json.dumps(reattach),
            "TF_CLI_CONFIG_FILE": str(settings),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
        }
        for server in servers:
            server.stop(0)


def main(command: Sequence[str]) -> int:
    """Run the command and give its exit code."""
    with providers() as environment:
        return subprocess.call(command, env=environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
