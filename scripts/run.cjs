"use strict";

// node scripts/run.cjs ENTRY.ts [arguments]
// Runs a TypeScript entry of this project as one bundled file. The file's name contains a hash of the state of all its
// sources, so that stale code can't run. V8's compiled form is kept next to it, one for each command.

const fs = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);
if (!tolerantly(() => process.cwd())) stop("The working directory no longer exists. Change to another one.");
const [, , entryArgument = "", ...args] = process.argv;
const entryPath = path.resolve(entryArgument);
const entry = path.relative(root, tolerantly(() => fs.realpathSync(entryPath)) ?? entryPath);
const isHelp = args.includes("--help") || args.includes("-h");
if (entry === "main.ts" && (args.length === 0 || args[0] === "synth") && !isHelp) {
  process.exitCode = 1;
  const { forgetEarlierRun, lockOutput } = require("./claim-output.cjs");
  const outputFolder = process.env.CDKTF_OUTDIR || "cdktf.out";
  lockOutput(outputFolder, stop);
  forgetEarlierRun(outputFolder, stop);
}

const { createHash, randomUUID } = require("node:crypto");
const Module = require("node:module");
const vm = require("node:vm");

const debug = process.env.DEBUG === "1";
const CHECKSUM_BYTES = 32;
// As `engines` in package.json says, of which npm only warns. Older versions fail in parts, masking included.
const OLDEST_MINOR = { 20: 19, 22: 15 };
// Each command needs other functions of the bundle, and --help few.
const [firstWord = "synth"] = args;
const command = isHelp ? "help" : (/^[a-z][a-z-]*$/.exec(firstWord)?.[0] ?? "other");
const buildFolder = path.join(root, ".build");
const name = `${entry.replaceAll(path.sep, "-")}${debug ? ".debug" : ""}`;

run();

function run() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 24 && !(minor >= OLDEST_MINOR[major])) {
    stop(
      `Node ${process.versions.node} is not supported. Install Node 20.19, 22.15, 24 or 26, or a later release of these.`,
    );
  }
  if (!/\.[cm]?ts$/.test(entry) || entry.startsWith("..") || !fs.existsSync(path.join(root, entry))) {
    stop("Usage: node scripts/run.cjs ENTRY.ts [arguments], with an entry of this project.");
  }
  const key = hashOfSources();
  const file = path.join(buildFolder, `${name}-${key}.cjs`);
  const compiledFile = `${file}.${command}-${process.versions.v8}-${process.arch}.compiled`;
  const kept = tolerantly(() => fs.readFileSync(file));
  const compiled = kept && readCompiled(compiledFile, kept);
  const code = compiled || (kept && isWhole(kept)) ? kept : build(key, file);
  process.argv = [process.argv[0], path.join(root, entry), ...args];
  const bundle = new Module(file);
  bundle.filename = file;
  bundle.paths = [path.join(root, "node_modules")]; // for what isn't in the bundle
  if (debug) {
    process.setSourceMapsEnabled(true);
    bundle._compile(textOf(code), file);
  } else {
    const main = compile(code, file, compiled, compiledFile);
    main(bundle.exports, bundle.require.bind(bundle), bundle, file, buildFolder);
  }
}

// Saved at the end of a successful run, the compiled form has the functions that the run needed. Node's own
// module.enableCompileCache saves only the outermost ones: with it a run takes twice the CPU time.
function compile(code, file, cachedData, compiledFile) {
  const script = new vm.Script(Module.wrap(textOf(code)), { filename: file, cachedData });
  if (!cachedData || script.cachedDataRejected) {
    process.on("exit", (status) => {
      const data = status === 0 ? script.createCachedData() : undefined;
      if (data) tolerantly(() => replace(compiledFile, Buffer.concat([checksumOf(code, data), data])));
    });
  }
  return script.runInThisContext();
}

// V8 checks neither that its data is intact nor that it belongs to this code. The checksum covers both.
function readCompiled(compiledFile, code) {
  const content = tolerantly(() => fs.readFileSync(compiledFile));
  const data = content?.subarray(CHECKSUM_BYTES);
  return data && checksumOf(code, data).equals(content.subarray(0, CHECKSUM_BYTES)) ? data : undefined;
}

function checksumOf(...contents) {
  const hash = createHash("sha256");
  for (const content of contents) hash.update(content);
  return hash.digest();
}

// A changed file has another ctime, which nobody can set back. Reading all files would make a run 5 % slower.
function hashOfSources() {
  const hash = createHash("sha256").update(entry);
  for (const file of sources()) {
    // An editor's lock is a link that leads nowhere, and its temporary file may be gone again.
    const { size, mtimeMs, ctimeMs, ino } = fs.statSync(`${root}/${file}`, { throwIfNoEntry: false }) ?? {};
    hash.update(`\0${file} ${size} ${mtimeMs} ${ctimeMs} ${ino}`);
  }
  return hash.digest("hex").slice(0, 32);
}

// The files that a bundle can contain, or that decide how it is built. The lock file in node_modules stands for the packages.
function sources() {
  const top = fs.readdirSync(root).filter((file) => /\.ts$|^(package|tsconfig)\.json$/.test(file));
  const installed = path.join("node_modules", ".package-lock.json");
  if (!fs.existsSync(path.join(root, installed))) stop("node_modules is missing, or isn't npm's: run npm ci first.");
  return [...top.sort(), installed, ...["bench", "lib", "local-console", "local-ecs", "scripts"].flatMap(filesIn)];
}

function filesIn(folder) {
  const found = [];
  if (!fs.existsSync(path.join(root, folder))) return found;
  for (const item of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const file = `${folder}/${item.name}`;
    if (!item.isDirectory()) found.push(file);
    else if (item.name !== "node_modules") found.push(...filesIn(file));
  }
  return found.sort();
}

function build(key, file) {
  const { bundleOptions } = require("./bundle.cjs");
  let code;
  try {
    code = withChecksum(require("esbuild").buildSync(bundleOptions(root, entry, { debug })).outputFiles[0].text);
  } catch (error) {
    if (!error.errors) throw error;
    // esbuild has printed the reason.
    if (/Could not resolve "[^."]/.test(error.message)) {
      stop("A package is missing. Run npm ci without --omit=dev, and without NODE_ENV=production.");
    }
    process.exit(1);
  }
  if (hashOfSources() !== key) return code; // Edited meanwhile: run this code, but don't save it under the old hash.
  tolerantly(() => {
    fs.mkdirSync(buildFolder, { recursive: true });
    for (const old of fs.readdirSync(buildFolder).filter((old) => old.startsWith(`${name}-`))) {
      fs.rmSync(path.join(buildFolder, old), { recursive: true, force: true });
    }
    replace(file, code);
  });
  return code;
}

// Writes under another name first: several runs may do this at once.
function replace(file, content) {
  const temporary = `${file}.${randomUUID()}`;
  try {
    fs.writeFileSync(temporary, content);
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

// A file begins with its checksum, so that a damaged one is noticed.
function withChecksum(text) {
  const code = Buffer.from(inAscii(text));
  return Buffer.concat([Buffer.from(`//${checksumOf(code).toString("hex")}\n`), code]);
}

function isWhole(content) {
  const start = content.indexOf("\n") + 1;
  return content.toString("latin1", 0, start) === `//${checksumOf(content.subarray(start)).toString("hex")}\n`;
}

// textOf reads only ASCII. esbuild escapes other characters itself, except in tagged templates and regular expressions.
function inAscii(text) {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

// The code is ASCII, which latin1Slice reads the fastest.
function textOf(code) {
  return code.latin1Slice(code.indexOf("\n") + 1);
}

// A build folder that can't be read or written only costs time.
function tolerantly(access) {
  try {
    return access();
  } catch (error) {
    if (!error.syscall) throw error;
    return undefined;
  }
}

// Text from outside in the sentence must not be a command for the terminal or pipeline that shows it. The app's SafeText
// isn't loaded yet.
function stop(sentence) {
  const line = sentence.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").replace(/#(?=#)|:(?=:)/g, "$& ");
  process.stderr.write(`${line}\n`);
  process.exit(1);
}
