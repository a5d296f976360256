"use strict";

const path = require("node:path");

/**
 * The options that bundle an entry into one file, for the launcher and the benchmarks.
 *
 * @param {string} root the project's folder
 * @param {string} entry the entry's path, relative to root
 * @param {{ debug: boolean }} options debug: readable code and stack traces that name the sources
 * @returns {import("esbuild").BuildOptions}
 */
exports.bundleOptions = (root, entry, { debug }) => ({
  absWorkingDir: root,
  entryPoints: [path.join(root, entry)],
  bundle: true,
  write: false,
  outfile: path.join(root, ".build", `${entry}.cjs`), // Source maps are relative to it.
  platform: "node",
  format: "cjs",
  target: "node20.19",
  // jsonc-parser's main field is a UMD file, whose requires no bundler can follow.
  mainFields: ["module", "main"],
  // The launcher runs the code as a script, where import() doesn't work.
  supported: { "dynamic-import": false },
  logLevel: "error",
  // Names are kept for error messages. Lines are short, since Node prints the one that threw.
  ...(debug
    ? { sourcemap: "inline" }
    : { minifySyntax: true, minifyWhitespace: true, lineLimit: 160, legalComments: "none" }),
  // The HTTP library of the stand-ins needs packages that the app doesn't.
  ...(/^local-/.test(entry) ? {} : lean(root)),
});

// Loading takes most of a run's time. On Node 26, leaving out the globals saves 12 % of it, archiver 16 %, form-data 7 %,
// and the others 12 % together.
const lean = (root) => ({
  // Only some commands need the AWS SDK, and even unused it costs 10 to 19 % of a run's CPU time.
  external: ["@aws-sdk/*", "@smithy/*"],
  banner: { js: `for (const name of ${JSON.stringify(LEFT_OUT_GLOBALS)}) delete globalThis[name];` },
  alias: {
    ...Object.fromEntries(LEFT_OUT.map((name) => [name, path.join(root, "scripts/left-out.cjs")])),
    zlib: path.join(root, "scripts/lazy-zlib.cjs"),
  },
});

// axios reads these for its fetch adapter, and one read makes Node load all of fetch. We use the http adapter.
const LEFT_OUT_GLOBALS = ["fetch", "FormData", "Headers", "Request", "Response", "ReadableStream"];

const LEFT_OUT = [
  // From cdktf, for assets that are zip archives, which it can't make from a bundle anyway.
  "archiver",
  // From cdktf, for moved resources, and for the version of the installed Terraform.
  "semver",
  "child_process",
  // From axios, for multipart uploads, with a database of all media types.
  "form-data",
  // From axios, for HTTP/2, redirects and proxies: we give it an agent that knows the proxy, and it follows no redirect.
  "http2",
  "follow-redirects",
  "https-proxy-agent",
  "proxy-from-env",
];
