/** Writes docs/licences-console.md: what npm brings into the built page, with versions and licences. */

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));

const rows = Object.entries(lock.packages)
  // Types and build tools do not reach the page: they are "dev" or only declarations.
  .filter(([path, entry]) => path !== "" && !entry.dev && !path.includes("node_modules/@types/"))
  .map(([path, entry]) => {
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    const manifest = JSON.parse(readFileSync(join(ROOT, path, "package.json"), "utf8"));
    const licence = manifest.license ?? manifest.licenses?.map((it) => it.type).join(" OR ");
    if (!licence) throw new Error(`${name} names no licence`);
    return { name, version: entry.version, licence };
  })
  .sort((a, b) => (a.name < b.name ? -1 : 1));

const text = `# Licences of the console's npm packages

The run-time dependencies of \`console/\`, direct and indirect, as \`package-lock.json\` pins them;
written by \`npm run licences\`. What the page does not use of them is left out of the build.

| package | version | licence |
| --- | --- | --- |
${rows.map((it) => `| ${it.name} | ${it.version} | ${it.licence} |`).join("\n")}
`;
writeFileSync(join(ROOT, "..", "docs", "licences-console.md"), text);
console.log(`${rows.length} packages`);
