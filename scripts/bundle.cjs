"use strict";

const path = require("node:path");

/**
 * How an entry becomes one file, for the launcher and the benchmarks alike. Loading is nearly all of a run's time, and
 * most of what is loaded would never run; the figures are milliseconds saved of some 170.
 *
 * @param {string} root the project's folder
 * @param {string} entry the entry's path from there
 * @param {{ debug: boolean }} options debug: readable code and stack traces that name the sources
 * @returns {import("esbuild").BuildOptions}
 */
exports.bundleOptions = (root, entry, { debug }) => ({
  absWorkingDir: root,
  entryPoints: [path.join(root, entry)],
  bundle: true,
  write: false,
  outfile: path.join(root, ".build", `${entry}.cjs`), // Where source maps count from.
  platform: "node",
  format: "cjs",
  target: "node20.9",
  // jsonc-parser's main field is a UMD file, whose requires no bundler can follow.
  mainFields: ["module", "main"],
  // The launcher runs the code as a script, where import() doesn't work.
  supported: { "dynamic-import": false },
  logLevel: "error",
  // 3: names stay, for error messages; lines stay short, for Node prints the one that threw.
  ...(debug
    ? { sourcemap: "inline" }
    : { minifySyntax: true, minifyWhitespace: true, lineLimit: 160, legalComments: "none" }),
  // The local Console's HTTP library stands on what the app can do without.
  ...(entry.startsWith("local-console/") ? {} : lean(root)),
});

const lean = (root) => ({
  banner: { js: `for (const name of ${JSON.stringify(LEFT_OUT_GLOBALS)}) delete globalThis[name];` },
  alias: Object.fromEntries(LEFT_OUT.map((name) => [name, path.join(root, "scripts/left-out.cjs")])),
});

// 11: axios looks at these for its fetch adapter, and one look makes Node load its whole fetch. We use the http adapter.
const LEFT_OUT_GLOBALS = ["fetch", "FormData", "Headers", "ReadableStream", "Request", "Response"];

const LEFT_OUT = [
  // 19: cdktf's, for assets that are zip archives, which it can't make from a bundle anyway.
  "archiver",
  // 6: axios's, for multipart uploads, with a database of all media types.
  "form-data",
  // 3: axios's, for `httpVersion: 2`.
  "http2",
  // 3: cdktf's, for asking which Terraform is installed.
  "semver",
];
