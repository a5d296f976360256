const { availableParallelism } = require("node:os");

// Pipelines set CI, and publish what jest-junit writes.
const reporters = [
  "default",
  ...(process.env.CI ? [["jest-junit", { outputDirectory: "reports", outputName: "junit.xml" }]] : []),
];

/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  // Half of the tests wait for servers and processes of their own, so each core has time for half a worker more.
  // A number, since Jest reads "150%" as 150 workers.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  // Not below <rootDir>: in a pattern, brackets in its path would mean something else.
  testMatch: ["**/__tests__/**/*.test.ts"],
  reporters,
  // Ends a test that hangs, even on a busy machine. A test that depends on time controls the clock itself.
  testTimeout: 120_000,
  transform: { "\\.(ts|js)$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }] },
  // These are published as ES modules only.
  transformIgnorePatterns: [
    "/node_modules/(?!(fast-string-truncated-width|fast-string-width|fast-wrap-ansi|junit2json|p-map|p-limit|yocto-queue)/)",
  ],
};
