"use strict";

const path = require("node:path");

/**
 * How an entry becomes one file, for the launcher and the benchmarks alike. Loading is nearly all of a run's time, and
 * most of what is loaded would never run; the figures are milliseconds saved of some 200, `npm run bench -- --only a`.
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
  // 3 ms. Names stay, for error messages; lines stay short, for Node prints the one that threw.
  ...(debug
    ? { sourcemap: "inline" }
    : { minifySyntax: true, minifyWhitespace: true, lineLimit: 160, legalComments: "none" }),
  // The local Console's HTTP library stands on what the app can do without.
  ...(entry.startsWith("local-console/") ? {} : lean(root)),
});

const lean = (root) => ({
  // 20 ms: axios looks at these for its fetch adapter, and a look makes Node load its whole fetch. We use the http adapter.
  banner: {
    js: 'for (const name of ["fetch", "FormData", "Headers", "Request", "Response"]) delete globalThis[name];',
  },
  alias: Object.fromEntries(LEFT_OUT.map((name) => [name, path.join(root, "scripts/left-out.cjs")])),
});

const LEFT_OUT = [
  // 30 ms: cdktf's, for assets that are zip archives; from a bundle it can't make them anyway.
  "archiver",
  // 8 ms: axios's, with a database of all media types, for multipart uploads.
  "form-data",
  // 6 ms: axios's, for `httpVersion: 2`.
  "http2",
];
