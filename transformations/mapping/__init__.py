"""The translation engine: rows over tracked cursors, both ways.

How a section is written
------------------------
A section is a table of terms. Each module of ``transformations.patient_summary``
exports one :class:`Section`, and ``patient_summary/sections.py`` lists them in the
order of the document::

    PROBLEMS = Section(
        code=SectionCode.PROBLEMS,
        display="Problem list - Reported",
        title="Current problems",
        prefix="prb",
        template_ids=("EH.2.9", "CCD.1.11"),
        entries={"Condition": CONDITION},
        write_absent=write_absent_problem,
    )

``entries`` maps a resource type to its terms. FHIR paths begin at the resource, CDA
paths at the section::

    CONDITION = (
        Subject("subject"),
        Group(
            "entry/act{classCode=ACT,moodCode=EVN}<EH.3.15,CCD.1.27>",
            EntryId(purpose="concern"),
            Const("code", code="CONC", codeSystem=ACT_CLASS),
            Group(
                "entryRelationship[typeCode=SUBJ]{inversionInd=false}"
                "/observation{classCode=OBS,moodCode=EVN}<EH.3.7>",
                EntryId(),
                Link(),
                Const("statusCode", code="completed"),
                Alt(
                    Row("onsetDateTime", "effectiveTime/low", TS, say="Since"),
                    Row("onsetPeriod.start", "effectiveTime/low", TS, say="Since"),
                ),
                Row("code", "value{xsi:type=CD}", CD, say="Problem"),
            ),
        ),
        Ignore("encounter", "a summary does not name the encounter"),
    )

The words: :class:`Row` is one fact both ways, :class:`Const` what the template fixes,
:class:`Group` a frame that is written only if a fact passed inside, :class:`Each` and
:class:`EachExt` repeat, :class:`Alt` chooses the first that passes, :class:`Follow`
goes to another resource, :class:`Pair` is two named functions for what a row cannot
say, :class:`Ignore` and :class:`IgnoreExt` lose on purpose, :class:`Link` points
``text`` at the narrative, :class:`EntryId` writes the ids, :class:`Subject` refuses an
entry about somebody else, :class:`Demand` reports what the rules make mandatory and
the source lacks, :class:`Fill` writes a ``nullFlavor`` where the template requires an
element and nothing wrote it. :class:`Table` binds terms for a function that runs them.

CDA paths read ``tag[selecting=x]{fixed=y}<template ids>/...``; both paths are checked
against the structure of both sides when the module is imported.

A Pair's function reads only through the context: ``cx.take`` books a value as mapped,
``cx.derive`` as derived, ``cx.tell`` as narrative, ``cx.settle`` as structural and
``cx.lose(holder, key, reason, severity)`` as lost, subtrees included; ``cx.attr`` and
``cx.text`` read CDA. It writes with ``node.add("name", "text", attribute=...)`` (order
and names are the structure table's), says with ``cx.narrative.say("Label", phrase)``
and reports with ``cx.find(Severity.CRITICAL, "rule", "sentence")``, never with a value.
It raises :class:`EntryRefused` where the whole resource must not be carried.
What no row reads appears in the ledger as lost, ``no row``.

``write_absent(section, absence, cx)`` writes the entry that states an absence: the code
is ``absence.code`` of ``ABSENT_UNKNOWN_OID``; it begins with ``section.add("entry")``
and says the absence with ``cx.narrative.say("", absence.display)``.

How the way back is written
---------------------------
The same table is run from CDA to FHIR. A row, ``Each``, ``Group``, ``Alt``, ``Follow``,
``EntryId``, ``Link`` and ``Subject`` need nothing more. What does:

* A Pair gets its second function, ``to_fhir(cda, fhir, cx) -> bool``: the node where
  its CDA path stands, the object under construction. True says that a fact passed.
* :class:`Back` is a function of the way back alone, where writing is one element at a
  time and reading is not (all manifestations become the list ``reaction``). It may also
  complete: it stands after the rows whose facts it needs.
* :class:`Otherwise` gives what FHIR demands and CDA does not say (``status``).
  ``data_absent("unknown")`` (:mod:`.absence`) is the element without a value.
* :class:`Forth` holds terms that must not be read: ``Forth(Row("recordedDate", ...))``.
* :class:`IgnoreCda` loses an element of CDA and all below it, with the reason.

Functions read CDA only through the context: ``cx.attr(node, "code")`` and
``cx.text(node)`` (mapped), or with the keys ``@name``, ``text()`` and ``.`` (whatever
of the element and below it nobody booked): ``cx.derive(node, "@code")``,
``cx.settle(node, ".")``, ``cx.lose(node, ".", reason)``. Peeking (``node.attributes``,
``node.first("x")``) books nothing. A path is used by hand with
``parse_cda_path(...).find_chains(node)``, and ``cx.book_chain(chain, path.steps)``
once something was read at its end; a
:class:`Table` reads a subtree with ``.read(node, object, cx)``, and with
``.read_at(path, node, object, cx)`` the first one at a path. A code of a closed list
that became a code of FHIR is booked by ``read_names(node, cx)``; compare its system
before. ``cx.words_at("#id")`` are the words of the narrative.

Which fate: ``mapped`` what is carried as it is, ``derived`` what decides something in
the output, ``structural`` what changes nothing when it is changed, ``lost`` with its
reason what has no place. ``typeCode``, ``classCode`` and their like, ``xsi:type`` and
template ids are booked by the engine. What nobody reads is lost, ``no row``.

A section says ``is_read=True`` when its entries have their way back,
``read_absent=read_absence_at(SectionCode.X, "entry/.../value")`` where the code of an
absence stands, and ``apart="entry/act/entryRelationship/observation"`` where one entry
may hold several resources. An entry that negates, or is about somebody else, is lost
whole unless a row read that. A name or template of an older wave is brought to ours in
:mod:`transformations.cda.dialects`, never in a table.

Proofs: add the type to ``READ`` of ``tests/.../test_reading_proofs.py``, which changes
every leaf of a rich document and looks whether the bundle changes with it.
"""

from transformations.findings import Finding, Severity
from transformations.mapping.codecs.coded import CD, CE, CodedCodec
from transformations.mapping.codecs.identifiers import IDENTIFIER
from transformations.mapping.codecs.people import ADDRESS, NAME, ORGANIZATION_ADDRESS
from transformations.mapping.codecs.quantities import BL, INT, PQ, RANGE, RATIO
from transformations.mapping.codecs.telecom import TEL
from transformations.mapping.codecs.text import ST
from transformations.mapping.codecs.times import PERIOD, TS, PeriodCodec
from transformations.mapping.codecs.vocabulary import CodeMeaning, StatusCodec
from transformations.mapping.context import Context, Policy
from transformations.mapping.faults import MappingDefect, TableError
from transformations.mapping.ledger import Fate, Ledger, LedgerEntry
from transformations.mapping.section import Section
from transformations.mapping.steps import EntryRefused
from transformations.mapping.table import Table
from transformations.mapping.terms import Alt, Back, Each, EachExt, Group, Pair, Row
from transformations.mapping.terms_fixed import (
    Const,
    Demand,
    Fill,
    Forth,
    Ignore,
    IgnoreCda,
    IgnoreExt,
    Link,
    Otherwise,
)
from transformations.mapping.terms_following import EntryId, Follow, Subject

__all__ = [
    "ADDRESS",
    "BL",
    "CD",
    "CE",
    "IDENTIFIER",
    "INT",
    "NAME",
    "ORGANIZATION_ADDRESS",
    "PERIOD",
    "PQ",
    "RANGE",
    "RATIO",
    "ST",
    "TEL",
    "TS",
    "Alt",
    "Back",
    "CodeMeaning",
    "CodedCodec",
    "Const",
    "Context",
    "Demand",
    "Each",
    "EachExt",
    "EntryId",
    "EntryRefused",
    "Fate",
    "Fill",
    "Finding",
    "Follow",
    "Forth",
    "Group",
    "Ignore",
    "IgnoreCda",
    "IgnoreExt",
    "Ledger",
    "LedgerEntry",
    "Link",
    "MappingDefect",
    "Otherwise",
    "Pair",
    "PeriodCodec",
    "Policy",
    "Row",
    "Section",
    "Severity",
    "StatusCodec",
    "Subject",
    "Table",
    "TableError",
]
