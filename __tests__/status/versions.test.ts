import { isOlder, isUnsupported } from "../../lib/status/versions";

test.each([
  ["34.04.145", "34.04.145", false],
  ["34.04.144", "34.04.145", true],
  ["34.04.145", "34.04.144", false],
  ["33.09.200", "34.00.001", true],
  ["9.00.1", "30.00.1", true],
  ["34.04.99", "34.04.145", true],
])("%s is older than %s: %s", (one, other, expected) => {
  expect(isOlder(one, other)).toBe(expected);
});

describe("a Console supports Defenders up to two releases older", () => {
  test.each([
    ["34.04.145", "34.04.145", false],
    ["32.00.100", "34.04.145", false],
    ["31.99.999", "34.04.145", true],
    ["35.00.100", "34.04.145", false],
    ["22.12.694", "34.04.145", true],
  ])("Defender %s, Console %s: unsupported %s", (defender, console, expected) => {
    expect(isUnsupported(defender, console)).toBe(expected);
  });
});
