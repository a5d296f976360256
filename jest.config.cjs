/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
  transform: { "\\.(ts|js)$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }] },
  // These are published as ES modules only.
  transformIgnorePatterns: ["/node_modules/(?!(p-map|p-retry|is-network-error|p-limit|yocto-queue)/)"],
};
