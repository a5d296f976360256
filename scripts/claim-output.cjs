"use strict";

// Runs before anything else: locks the output folder for one run at a time, and removes an earlier run's result.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const MILLISECONDS_TO_WRITE = 60_000;

/**
 * Locks the folder for this process until it ends. Takes over a lock that a killed run has left.
 *
 * @param {string} folder
 * @param {(sentence: string) => never} stop
 */
exports.lockOutput = (folder, stop) => {
  const lock = path.join(folder, ".lock");
  const content = JSON.stringify({ pid: process.pid, host: os.hostname(), since: new Date().toISOString() });
  try {
    refuseWithoutRoom(folder, stop);
    fs.mkdirSync(folder, { recursive: true });
    if (!create(lock, content)) {
      refuseRunning(lock, folder, stop);
      // Moves the lock instead of removing it: another run may have just taken it over, and then gets it back.
      // A later run removes what begins with .staging-, should this one be killed in between.
      const moved = path.join(folder, `.staging-lock-${process.pid}`);
      fs.renameSync(lock, moved);
      if (isHeld(moved)) fs.renameSync(moved, lock);
      else fs.rmSync(moved);
      if (!create(lock, content)) refuseRunning(lock, folder, stop);
    }
  } catch (error) {
    // Another run has just moved the lock, to take it over.
    if (error.syscall === "rename" && error.code === "ENOENT") refuseRunning(lock, folder, stop);
    if (error.syscall) return; // The app can't write there either, and says why.
    throw error;
  }
  process.on("exit", () => {
    try {
      fs.rmSync(lock, { force: true });
      fs.rmdirSync(folder);
    } catch {
      // It holds the output. Or the lock stays, which the next run takes over.
    }
  });
};

/**
 * Removes an earlier run's stacks, which Terraform would deploy, and then its manifest, which `cdktf` would use as
 * this run's if the app exited with 0 before writing one.
 *
 * @param {string} folder
 * @param {(sentence: string) => never} stop
 */
exports.forgetEarlierRun = (folder, stop) => {
  const stacks = path.join(folder, "stacks");
  // Through a link, files elsewhere would be removed.
  refuseLink(stacks, stop);
  for (const name of entriesOf(stacks)) {
    refuseLink(path.join(stacks, name), stop);
    remove(path.join(stacks, name, "cdk.tf.json"), stop);
  }
  remove(path.join(folder, "manifest.json"), stop);
};

// In a place such as /proc, Node's recursive mkdir would never end: it treats ENOENT as a missing parent.
function refuseWithoutRoom(folder, stop) {
  const parent = path.dirname(path.resolve(folder));
  if (fs.existsSync(folder)) return;
  if (!fs.existsSync(parent)) return refuseWithoutRoom(parent, stop);
  try {
    fs.mkdirSync(folder);
  } catch (error) {
    if (error.code === "ENOENT")
      stop(`${folder} can't be created at this place. Set CDKTF_OUTDIR to a folder elsewhere.`);
  }
}

function create(lock, content) {
  let file;
  try {
    file = fs.openSync(lock, "wx");
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
  try {
    fs.writeFileSync(file, content);
    return true;
  } catch (error) {
    // On a full disk the new file stays empty: later runs would take it for another run's.
    fs.rmSync(lock, { force: true });
    throw error;
  } finally {
    fs.closeSync(file);
  }
}

function refuseRunning(lock, folder, stop) {
  if (!isHeld(lock)) return;
  stop(
    `${folder} is in use by another run: ${descriptionOf(holderOf(lock))}. Wait for it, or set CDKTF_OUTDIR. ` +
      `If there is no such run, remove ${lock}.`,
  );
}

// Anybody may have written the file.
function descriptionOf(holder) {
  if (!holder) return "one that has just begun";
  const { pid, host, since } = holder;
  const isPlain = [pid, host, since].every((value) => /^[\w.:-]{1,255}$/.test(value ?? ""));
  return isPlain ? `process ${pid} on ${host}, since ${since}` : "one that the lock does not describe";
}

function isHeld(lock) {
  const holder = holderOf(lock);
  return holder ? isRunning(holder) : !isLeftEmpty(lock);
}

function holderOf(lock) {
  try {
    return JSON.parse(fs.readFileSync(lock, "utf8"));
  } catch {
    return undefined; // Not written yet.
  }
}

// By a run that was killed before it could write its lock, or by a crash of the machine.
function isLeftEmpty(lock) {
  const stats = fs.statSync(lock, { throwIfNoEntry: false });
  return stats?.size === 0 && Date.now() - stats.mtimeMs > MILLISECONDS_TO_WRITE;
}

// A process on another machine can't be checked, so it counts as running.
function isRunning({ pid, host }) {
  if (host !== os.hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function entriesOf(folder) {
  try {
    return fs.readdirSync(folder);
  } catch {
    return []; // The app says what is wrong with it.
  }
}

function refuseLink(file, stop) {
  let stats;
  try {
    stats = fs.lstatSync(file);
  } catch {
    return; // Not there.
  }
  if (stats.isSymbolicLink()) stop(`${file} is a link, which leads out of the output. Remove it.`);
}

function remove(file, stop) {
  try {
    fs.unlinkSync(file);
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return; // Not there.
    stop(`${file}, an earlier run's result, can't be removed (${error.code}). Remove it, or set CDKTF_OUTDIR.`);
  }
}
