// Bundles the page's scripts into assets/bundles, whose files are committed: who uses the package needs no Node.
// node assets/build.js; with --check it writes nothing and fails when a committed bundle is not what it would write.

import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const BUNDLES = [
  { from: "viewer/index.js", to: "bundles/viewer.js", globalName: "SaliencyViewer" },
  { from: "app/index.js", to: "bundles/page.js" },
];
const NOTE = "// Made by assets/build.js from the modules next to it; change those, then `npm run build`.";

const check = process.argv.includes("--check");
let stale = 0;
for (const { from, to, globalName } of BUNDLES) {
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: [from],
    bundle: true,
    write: false,
    format: "iife", // works inline in one HTML file, without a server
    globalName,
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    banner: { js: NOTE },
  });
  const text = outputFiles[0].text;
  const path = here + to;
  if (!check) await writeFile(path, text);
  else if ((await readFile(path, "utf8").catch(() => "")) !== text) {
    console.error(`expected assets/${to} to be the bundle of assets/${from}, it is not: run npm run build`);
    stale++;
  }
}
process.exitCode = stale ? 1 : 0;
