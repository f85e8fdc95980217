// Bundles core's styles and scripts: `node scripts/assets.mjs`, with --check only compares.
// The results are committed, so that running Querwerk needs no Node.
import { build } from "esbuild";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const core = join(root, "querwerk", "core");
const check = process.argv.includes("--check");

// Every file directly in scripts/ is one bundle; what they share lies in folders below.
const entries = ["styles/site.css", "styles/work.css", "styles/texts.css", "styles/attend.css", "styles/evidence.css", ...globSync("scripts/*.js", { cwd: core }).sort()];
const result = await build({
  absWorkingDir: root,
  entryPoints: entries.map((name) => ({ in: join(core, name), out: basename(name).replace(/\.\w+$/, "") })),
  outdir: join(core, "static", "core"),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  // Addresses of fonts and pictures stay as written; they lie beside the bundles.
  external: ["*.woff2", "*.svg", "*.png"],
  write: !check,
  logLevel: "warning",
}).catch(() => process.exit(1)); // esbuild has printed what is wrong

if (check) {
  const stale = result.outputFiles.filter(
    (file) => !existsSync(file.path) || readFileSync(file.path, "utf8") !== file.text,
  );
  for (const file of stale) console.error(`${relative(root, file.path)} is not current: run make assets`);
  const made = new Set(result.outputFiles.map((file) => basename(file.path)));
  const orphans = globSync("static/core/*.{js,css}", { cwd: core }).filter((path) => !made.has(basename(path)));
  for (const path of orphans) console.error(`${path} has no source in styles/ or scripts/`);
  if (stale.length || orphans.length) process.exit(1);
  console.log(`${entries.length} bundles are current`);
}
