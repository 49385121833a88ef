"""The command line of the gateway: the groups of commands, and how a process ends.

Every error of the gateway's own tree ends in a sentence, a remedy and exit status 2.
"""

from __future__ import annotations

import sys

import typer

from ncp.cli.commands.ask import ask_app
from ncp.cli.commands.audit import audit_app
from ncp.cli.commands.dispensations import dispensations_app, prescriptions_app
from ncp.cli.commands.dispense import dispense_app
from ncp.cli.commands.documents import documents_app
from ncp.cli.commands.evidence import evidence_app
from ncp.cli.commands.figures import figures_app
from ncp.cli.commands.gateway import gateway_app
from ncp.cli.commands.outbox import outbox_app
from ncp.cli.commands.restraint import restraint_app
from ncp.cli.commands.smp import smp_app
from ncp.cli.commands.terminology import terminology_app
from ncp.cli.commands.trust import trust_app
from ncp.cli.commands.trying import trying_app
from ncp.errors import NcpError, PeerRefused

app = typer.Typer(
    name="ncp",
    help=(
        "The National Contact Point gateway for MyHealth@EU: it answers other "
        "countries from FHIR, and asks them for a patient who is treated here."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
# Without a name: their commands follow `ncp` directly.
app.add_typer(gateway_app)
app.add_typer(documents_app)
app.add_typer(trying_app)
app.add_typer(audit_app, name="audit")
app.add_typer(evidence_app, name="evidence")
app.add_typer(figures_app, name="figures")
app.add_typer(dispensations_app, name="dispensations")
app.add_typer(prescriptions_app, name="prescriptions")
app.add_typer(outbox_app, name="outbox")
app.add_typer(restraint_app, name="restraint")
app.add_typer(trust_app, name="trust")
app.add_typer(smp_app, name="smp")
app.add_typer(terminology_app, name="terminology")
app.add_typer(ask_app, name="ask")
app.add_typer(dispense_app, name="dispense")


def main() -> None:
    """Run the command; the outermost handler of the process."""
    try:
        app()
    except NcpError as error:
        sys.stderr.write(f"{error.public_message}\n")
        if error.remedy:
            sys.stderr.write(f"{error.remedy}\n")
        if error.message_id:
            sys.stderr.write(f"The id of the message: {error.message_id}\n")
        for words in error.told if isinstance(error, PeerRefused) else ():
            sys.stderr.write(f"It told {words}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
