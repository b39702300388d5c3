// Builds what pages load: one compressed style sheet, GOV.UK Frontend's script, fonts and images.

import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const out = join(here, "..", "training", "static");

const fonts = join(modules, "@fontsource", "atkinson-hyperlegible");
const frontend = join(modules, "govuk-frontend", "dist", "govuk");

function copyAll(from, to, wanted) {
  mkdirSync(to, { recursive: true });
  const names = readdirSync(from).filter(wanted);
  if (names.length === 0) {
    throw new Error(`Nothing to copy in ${from}`);
  }
  for (const name of names) {
    copyFileSync(join(from, name), join(to, name));
  }
}

// Only what this script makes is cleared: other files may stand in the same folder.
for (const name of ["fonts", "images", "muster.css", "govuk-frontend.min.js"]) {
  rmSync(join(out, name), { recursive: true, force: true });
}
mkdirSync(out, { recursive: true });

const { css } = sass.compile(join(here, "scss", "muster.scss"), {
  loadPaths: [modules],
  quietDeps: true,
  style: "compressed",
});
writeFileSync(join(out, "muster.css"), css);

copyFileSync(join(frontend, "govuk-frontend.min.js"), join(out, "govuk-frontend.min.js"));
copyAll(join(fonts, "files"), join(out, "fonts"), (name) => name.endsWith(".woff2"));
copyFileSync(join(fonts, "LICENSE"), join(out, "fonts", "LICENSE"));
copyAll(join(here, "images"), join(out, "images"), (name) => name.endsWith(".svg"));
copyAll(join(here, "scripts"), out, (name) => name.endsWith(".js") && name !== "muster.js");

// Browsers keep these files for long: the address of an imported script changes with its version.
const { version } = JSON.parse(readFileSync(join(modules, "govuk-frontend", "package.json"), "utf8"));
const script = readFileSync(join(here, "scripts", "muster.js"), "utf8");
writeFileSync(join(out, "muster.js"), script.replace("govuk-frontend.min.js", `govuk-frontend.min.js?v=${version}`));

console.log(`Built muster.css (${Math.round(css.length / 1024)} KB), script, fonts and images.`);
