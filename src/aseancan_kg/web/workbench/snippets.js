// @ts-check
import { form } from "./tokens.js";

/**
 * The same question in other tools: name of the tool → code that asks the endpoint and prints the answer.
 *
 * @param {string} query
 * @param {string} endpoint  an absolute address, with the graphs to ask of in its query string
 * @returns {Record<string, string>}
 */
export function snippets(query, endpoint) {
  const asked = form(query);
  const isTable = asked === "select";
  const format = isTable ? "csv" : asked === "ask" ? "json" : "ttl";
  return {
    curl: `curl --silent --show-error --data format=${format} --data-urlencode query=${shell(query)} "${endpoint}"`,
    Python: python(query, endpoint, format, isTable),
    R: r(query, endpoint, format, isTable),
  };
}

function python(query, endpoint, format, isTable) {
  const reading = isTable
    ? `    for row in csv.DictReader(io.TextIOWrapper(answer, encoding="utf-8", newline="")):
        print(row)`
    : `    print(answer.read().decode())`;
  return `${isTable ? "import csv\nimport io\n" : ""}from urllib.parse import urlencode
from urllib.request import urlopen

query = ${pythonText(query)}
form = urlencode({"query": query, "format": "${format}"}).encode()
with urlopen("${endpoint}", form) as answer:
${reading}
`;
}

function r(query, endpoint, format, isTable) {
  // Without "repeated", URLencode leaves a text alone that already holds something like %20.
  return `query <- ${rText(query)}
address <- paste0("${endpoint}", "${endpoint.includes("?") ? "&" : "?"}format=${format}&query=", URLencode(query, reserved = TRUE, repeated = TRUE))
${isTable ? 'print(read.csv(url(address, encoding = "UTF-8")))' : "writeLines(readLines(url(address), warn = FALSE))"}
`;
}

/** A word of a POSIX shell: nothing in single quotes means anything but the quote itself. */
const shell = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/** A text of Python in triple quotes, which lets its lines stand; double quotes, the usual ones, need no escape. */
const pythonText = (text) => `'''${escaped(text)}'''`;

/** A text of R, which may hold line ends. */
const rText = (text) => `'${escaped(text)}'`;

/** Backslashes, single quotes and the control characters that a parser might change, as Python and R both write them. */
const escaped = (text) =>
  text
    .replace(/[\\']/g, "\\$&")
    .replace(/[\x01-\x08\x0b-\x1f\x7f]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, "0")}`);
