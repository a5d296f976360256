"use strict";

// node scripts/run.cjs ENTRY.ts [arguments]
// Runs a TypeScript entry of this project as one bundled file. The file's name is a hash of all that goes into it, so
// that stale code can't run; V8's compiled form of it is kept beside it, which saves some 30 ms of 120.

const fs = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);
const [, , entryArgument = "", ...args] = process.argv;
const entry = path.relative(root, path.resolve(entryArgument));
if (entry === "main.ts" && (args.length === 0 || args[0] === "synth")) forgetEarlierRun();

const { createHash, randomUUID } = require("node:crypto");
const Module = require("node:module");
const v8 = require("node:v8");
const vm = require("node:vm");

const debug = process.env.DEBUG === "1";
const buildFolder = path.join(root, ".build");
const name = `${entry.replaceAll(path.sep, "-")}${debug ? ".debug" : ""}`;

// Bytes of SHA-256.
const CHECKSUM = 32;

run();

// `cdktf` takes a manifest of an earlier run for this run's result if the app exits with 0 before it has written one;
// Terraform takes the stack.
function forgetEarlierRun() {
  process.exitCode = 1;
  for (const name of ["manifest.json", "stacks/prisma-runtime-defense/cdk.tf.json"]) {
    const file = path.join(process.env.CDKTF_OUTDIR || "cdktf.out", name);
    try {
      fs.unlinkSync(file);
    } catch (error) {
      if (error.code === "ENOENT" || (error.code === "ENOTDIR" && name !== "manifest.json")) continue;
      stop(`${file}, an earlier run's result, can't be removed (${error.code}). Remove it, or set CDKTF_OUTDIR.`);
    }
  }
}

function run() {
  if (!/\.[cm]?ts$/.test(entry) || entry.startsWith("..") || !fs.existsSync(path.join(root, entry))) {
    stop("Usage: node scripts/run.cjs ENTRY.ts [arguments], with an entry of this project.");
  }
  const key = hashOfSources();
  const stem = `${name}-${key}`;
  const bundle = path.join(buildFolder, `${stem}.cjs`);
  const code = read(`${stem}.cjs`) ?? build(key, stem);
  const text = code.toString("latin1"); // esbuild escapes all that isn't ASCII.
  process.argv = [process.argv[0], path.join(root, entry), ...args];
  if (debug) {
    process.setSourceMapsEnabled(true);
    new Module(bundle)._compile(text, bundle);
    return;
  }

  const cacheName = `${stem}-${v8.cachedDataVersionTag()}.cache`; // V8's version and flags: it takes no other.
  const cachedData = read(cacheName, code);
  const script = new vm.Script(Module.wrap(text), { filename: bundle, cachedData });
  if (!cachedData || script.cachedDataRejected) {
    // Made at the end of a run that went well, it holds the functions that such a run needs.
    process.on("exit", (status) => {
      if (status === 0) write(cacheName, script.createCachedData(), code);
    });
  }
  const module = { exports: {} };
  script.runInThisContext()(module.exports, Module.createRequire(bundle), module, bundle, buildFolder);
}

function hashOfSources() {
  const hash = createHash("sha256").update(entry);
  for (const file of sources()) {
    const content = fs.readFileSync(path.join(root, file));
    hash.update(`\0${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 32);
}

// What can go into a bundle, and what decides how. Packages are known by their lock files.
function sources() {
  const top = fs.readdirSync(root).filter((file) => /\.ts$|^(package|package-lock|tsconfig)\.json$/.test(file));
  const installed = path.join("node_modules", ".package-lock.json");
  if (!fs.existsSync(path.join(root, installed))) stop("node_modules isn't there, or isn't npm's: run npm ci first.");
  return [...top.sort(), installed, ...["bench", "lib", "local-console", "scripts"].flatMap(filesIn)];
}

function filesIn(folder) {
  if (!fs.existsSync(path.join(root, folder))) return [];
  return fs
    .readdirSync(path.join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((item) => {
      if (item.isDirectory()) return item.name === "node_modules" ? [] : filesIn(path.join(folder, item.name));
      return [path.join(folder, item.name)];
    });
}

function build(key, stem) {
  const { bundleOptions } = require("./bundle.cjs");
  let code;
  try {
    const result = require("esbuild").buildSync(bundleOptions(root, entry, { debug }));
    code = Buffer.from(result.outputFiles[0].contents);
  } catch (error) {
    if (!error.errors) throw error;
    process.exit(1); // esbuild has said why.
  }
  if (hashOfSources() !== key) return code; // Edited meanwhile: this is good for now, but not under that name.
  write(`${stem}.cjs`, code);
  tolerantly(() => {
    const old = fs.readdirSync(buildFolder).filter((file) => file.startsWith(`${name}-`) && !file.startsWith(stem));
    for (const file of old) fs.rmSync(path.join(buildFolder, file), { force: true });
  });
  return code;
}

// Files begin with their checksum: V8 checks neither that a cache is whole nor that it belongs to the code, `of`, that
// it was made of.
function checksum(content, of) {
  return createHash("sha256")
    .update(of ?? "")
    .update(content)
    .digest();
}

function read(fileName, of) {
  const file = tolerantly(() => fs.readFileSync(path.join(buildFolder, fileName)));
  const content = file?.subarray(CHECKSUM);
  return content && checksum(content, of).equals(file.subarray(0, CHECKSUM)) ? content : undefined;
}

// Under another name first: several runs may do this at once.
function write(fileName, content, of) {
  const temporary = path.join(buildFolder, `${fileName}-${randomUUID()}`);
  tolerantly(() => {
    fs.mkdirSync(buildFolder, { recursive: true });
    fs.writeFileSync(temporary, Buffer.concat([checksum(content, of), content]));
    fs.renameSync(temporary, path.join(buildFolder, fileName));
  });
}

// A build folder that can't be read or written costs time, and nothing else.
function tolerantly(access) {
  try {
    return access();
  } catch (error) {
    if (!error.syscall) throw error;
    return undefined;
  }
}

function stop(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
