"""The tables of texts: what a plan undertakes, what is coded and named in it, and what was said of it."""

from aseancan_kg.library.tables.schema import (
    CONFIDENCE,
    NOTE,
    STANDING,
    THINGS,
    Column,
    Kind,
    Table,
    code,
    label,
    row,
    thing,
)

_OFFSETS = (Column("start_offset", "ac:startOffset", Kind.integer), Column("end_offset", "ac:endOffset", Kind.integer))
_CHAPTER = Column(
    "chapter",
    "?row dcterms:isPartOf* ?chapter . ?chapter a ac:Section ; dcterms:isPartOf/a ac:Plan ; skos:notation ?value",
    title="number of the chapter",
    description="Number of the section at the top; numbers are text.",
    blank="it stands in no chapter",
)
_PLAN = thing(
    "plan",
    "?row dcterms:isPartOf+ ?value . ?value a ac:Plan",
    "instruments",
    title="plan",
    description="The plan that it is part of.",
)
_NUMBER = Column(
    "number", "skos:notation", title="number", description="Its number in the plan, as text: 1.10 is not 1.1."
)

_JOINED = " ".join(f"ac:{name}" for name in THINGS if name != "SourceDocument")

TEXTS = (
    Table(
        "sections",
        "Sections",
        "Chapters and sub-sections of a plan.",
        (
            row("section", "section"),
            label("label", "section"),
            _NUMBER,
            Column("title", "ac:text", title="title", description="Its heading, verbatim."),
            *_PLAN,
            *thing(
                "parent",
                "?row dcterms:isPartOf ?value . ?value a ac:Section",
                "sections",
                title="section above",
                description="The section that it is part of.",
                blank="it is a chapter",
            ),
            _CHAPTER,
            Column("ordinal", "ac:ordinal", Kind.integer),
            *_OFFSETS,
        ),
        rows="?row a ac:Section .",
    ),
    Table(
        "actions",
        "Actions",
        "The numbered undertakings of a plan, with their words.",
        (
            row("action", "action"),
            label("label", "action"),
            _NUMBER,
            *_PLAN,
            *thing(
                "section",
                "?row dcterms:isPartOf ?value . ?value a ac:Section",
                "sections",
                title="section",
                description="The innermost section that it stands in.",
                blank="it stands in no section",
            ),
            _CHAPTER,
            Column("ordinal", "ac:ordinal", Kind.integer),
            Column("text", "ac:text"),
            code("lead_verb", "ac:leadVerb", "verb"),
            code("topics", "ac:topic", "topic", many=True, blank="its text names no topic of the list"),
            *_OFFSETS,
        ),
        rows="?row a ac:Action .",
    ),
    Table(
        "clauses",
        "Clauses",
        "The single commitments that the text of an action coordinates, with the codes of the preferred reading.",
        (
            row("clause", "clause"),
            label("label", "clause"),
            _NUMBER,
            Column(
                "action", "dcterms:isPartOf", Kind.iri, "action", "The action that it is part of.", refers="actions"
            ),
            _CHAPTER,
            Column("ordinal", "ac:ordinal", Kind.integer),
            Column("text", "ac:text"),
            code("lead_verb", "ac:leadVerb", "verb"),
            Column(
                "verb_family",
                "ac:leadVerb/skos:broader/skos:notation",
                Kind.code,
                "family of the lead verb",
                "The group of the code list that the lead verb is in; families are not ranked.",
                "verb",
            ),
            code("continuity", "ac:continuity", "continuity"),
            code("direction", "ac:direction", "direction"),
            code("firmness", "ac:firmness", "firmness"),
            code("precision", "ac:precision", "precision"),
            code("hedges", "ac:hedge", "hedge", many=True, blank="the preferred reading found none"),
            Column(
                "project_ordinal",
                "?coding rdf:subject ?row ; rdf:predicate ac:projectOrdinal ; rdf:object/skos:notation ?value",
                Kind.code,
                "place on the project's ordinal",
                "Computed from firmness, precision and verb by a proposal of this project; no published scale.",
                "project-ordinal",
                blank="it was not computed",
            ),
            Column("actor", "ac:actor", many=True, blank="the text names none"),
            Column("addressee", "ac:addressee", many=True, blank="the text names none"),
            Column("means", "ac:means", many=True, blank="the text names none"),
            Column("output", "ac:output", many=True, blank="the text names none"),
            *_OFFSETS,
            NOTE,
        ),
        rows="?row a ac:Clause .",
    ),
    Table(
        "codings",
        "Codings",
        "Every judgement of every coder, preferred or not, with the words it rests on.",
        (
            row("coding", "coding"),
            *thing("target", "rdf:subject", title="coded text", description="The part of a text that is coded."),
            Column(
                "action",
                "?row rdf:subject/dcterms:isPartOf* ?value . ?value a ac:Action",
                Kind.iri,
                "action",
                "The action that the coded text is, or is part of.",
                refers="actions",
                blank="it is no part of an action",
            ),
            Column(
                "property",
                '?row rdf:predicate ?property BIND(REPLACE(STR(?property), "^.*[#/]", "") AS ?value)',
                title="property",
                description="Name of the ontology's property that the value belongs to.",
            ),
            Column(
                "code_list",
                '?row ac:codingScheme ?scheme BIND(REPLACE(STR(?scheme), "^.*/", "") AS ?value)',
                title="code list",
                description="The code list that the value is of, or whose kind of words it is.",
            ),
            Column("value", "rdf:object", title="value", description="IRI of a code or part, or words of the text."),
            Column(
                "value_code",
                "rdf:object/skos:notation",
                title="code or number of the value",
                description="How the code list or the plan writes it.",
                blank="the value is words, or a part without a number",
            ),
            Column("value_label", label_of="value", blank="the value is words"),
            code("coder", "ac:coder", "coder"),
            STANDING,
            code("basis", "ac:basis", "basis", blank="only topics and Goals have one"),
            code("match", "ac:match", "match", blank="only what a statement takes up has one"),
            Column("words", "ac:words", many=True, blank="it rests on the whole text"),
            *CONFIDENCE,
            Column("rationale", "ac:rationale"),
        ),
        rows="?row a ac:Coding .",
    ),
    Table(
        "mentions",
        "Mentions",
        "Every stretch of a text that names a thing.",
        (
            row("mention", "mention"),
            *thing("part", "rdf:subject", title="part", description="The part of a text that the words stand in."),
            Column(
                "action",
                "?row rdf:subject ?value . ?value a ac:Action",
                Kind.iri,
                "action",
                "The action that the words stand in.",
                refers="actions",
                blank="they stand in no action",
            ),
            *thing("thing", "rdf:object", title="thing", description="What the words name."),
            Column(
                "relations",
                "?row rdf:predicate ?property FILTER(?property != ac:mentions) "
                'BIND(REPLACE(STR(?property), "^.*[#/]", "") AS ?value)',
                title="relations",
                description="What the part says of the thing: names of properties narrower than mentions.",
                many=True,
                blank="it is a mere mention",
            ),
            Column(
                "words",
                "oa:hasTarget/oa:hasSelector/oa:exact",
                title="words",
                description="The words that name it, verbatim.",
            ),
            *(
                Column(
                    f"{side}_offset",
                    f"oa:hasTarget/oa:hasSelector/oa:{side}",
                    Kind.integer,
                    f"{side} offset",
                    "In code points of the edition, from 0; the end is exclusive.",
                )
                for side in ("start", "end")
            ),
            *thing("edition", "prov:hadPrimarySource", "sources", title="edition", description="Whose words they are."),
            code("found_by", "ac:foundBy", "mention-rule"),
            code("review", "ac:reviewStatus", "review-status"),
            STANDING,
            *CONFIDENCE,
            NOTE,
        ),
        rows="?row a ac:Mention .",
    ),
    Table(
        "edges",
        "Edges",
        "What relates two things, parts of texts included, as an edge list for network software; an inverse is left "
        "out, and so is a mere mention where a narrower relation says more.",
        (
            Column(
                "source", kind=Kind.iri, title="from", description="The thing that the edge goes from.", refers="things"
            ),
            label("source_label"),
            Column("source_kind", title="kind of the first", description="Its class in the ontology."),
            Column(
                "relation", title="relation", description="Name of the property; its definition is in the codebook."
            ),
            Column("property", kind=Kind.iri, title="property", description="IRI of the relation."),
            Column(
                "target", kind=Kind.iri, title="to", description="The thing that the edge goes to.", refers="things"
            ),
            label("target_label"),
            Column("target_kind", title="kind of the second", description="Its class in the ontology."),
        ),
        query=f"""
            SELECT DISTINCT ?source ?source_kind ?relation ?property ?target ?target_kind WHERE {{
              VALUES ?from {{ {_JOINED} }} VALUES ?to {{ {_JOINED} }}
              ?source a ?from ; ?property ?target . ?target a ?to .
              FILTER(?property != ac:supersededBy && isIRI(?source) && isIRI(?target))
              FILTER NOT EXISTS {{ ?source ?other ?target FILTER(?property = ac:mentions && ?other != ac:mentions) }}
              BIND(REPLACE(STR(?property), "^.*[#/]", "") AS ?relation)
              BIND(REPLACE(STR(?from), "^.*[#/]", "") AS ?source_kind)
              BIND(REPLACE(STR(?to), "^.*[#/]", "") AS ?target_kind)
            }}""",
        key=("source", "property", "target"),
    ),
    Table(
        "statements",
        "Statements",
        "What speakers are reported to have said.",
        (
            row("statement", "statement"),
            Column("gist", "ac:gist"),
            Column("quotation", "ac:quotation"),
            *thing("said_at", "ac:saidAt", "meetings"),
            *thing("speakers", "ac:speaker", many=True, blank="the document itself speaks, or does not say who"),
            Column("speaker_words", "ac:speakerWords", blank="the document names no speaker"),
            code("form", "ac:statementForm", "statement-form"),
            code("speech_act", "ac:speechAct", "speech-act"),
            *thing("takes_up", "ac:reaffirms", "", many=True, blank="it takes up nothing directly; see codings"),
            *thing("reported_in", "ac:reportedIn", "sources"),
            *thing("reported_through", "ac:reportedThrough", "sources", many=True),
            *_OFFSETS,
            NOTE,
        ),
        rows="?row a ac:Statement .",
    ),
)
