// Make one file of the workbench: node bundle.mjs OUT. The licences of what it holds stand at its head.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const [target] = process.argv.slice(2);
const made = await build({
  entryPoints: ["main.js"],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  metafile: true,
  write: false,
});

/** The folders of the packages that went into the bundle. */
const packages = new Set(
  Object.keys(made.metafile.inputs)
    .map((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
    .filter((folder) => folder !== undefined),
);

/** @type {Map<string, string[]>} Text of a licence → the packages under it. */
const licences = new Map();
for (const folder of [...packages].sort()) {
  const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name));
  if (file === undefined) throw new Error(`${folder} carries no licence`);
  const text = (await readFile(`${folder}/${file}`, "utf8")).trim();
  licences.set(text, [...(licences.get(text) ?? []), folder.replace("node_modules/", "")]);
}
const notice = [...licences].map(([text, names]) => `${names.join(", ")}:\n\n${text}`).join("\n\n");
await writeFile(target, `/*!\n${notice}\n*/\n${made.outputFiles[0].text}`);
