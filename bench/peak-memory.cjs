"use strict";

// Preloaded into the measured program: writes its peak memory, in MiB, to the file named by PEAK_MEMORY_FILE.
const { writeFileSync } = require("node:fs");

const { PEAK_MEMORY_FILE } = process.env;
process.on("exit", () => {
  if (PEAK_MEMORY_FILE) writeFileSync(PEAK_MEMORY_FILE, String(process.resourceUsage().maxRSS / 1024));
});
