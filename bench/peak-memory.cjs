"use strict";

// Preloaded into the program that is measured: leaves its peak memory, in MiB, in the file named by PEAK_MEMORY_FILE.
const { writeFileSync } = require("node:fs");

const { PEAK_MEMORY_FILE } = process.env;
process.on("exit", () => {
  if (PEAK_MEMORY_FILE) writeFileSync(PEAK_MEMORY_FILE, String(process.resourceUsage().maxRSS / 1024));
});
