import { isAllowed } from "../../lib/registry/address";

test.each([
  ["https anywhere", "https://store.example.com/blob", "https://registry.example.com", true],
  ["plain http within this machine", "http://127.0.0.1:5001/blob", "http://localhost:5000", true],
  ["plain http elsewhere", "http://store.example.com/blob", "http://localhost:5000", false],
  ["plain http on this machine, from elsewhere", "http://127.0.0.1:5001/blob", "https://registry.example.com", false],
  ["a user", "https://user@store.example.com/blob", "https://registry.example.com", false],
  ["a password", "https://:password@store.example.com/blob", "https://registry.example.com", false],
  ["another protocol", "ftp://localhost/blob", "http://localhost:5000", false],
])("a registry may send to https, or from this machine to itself: %s", (_, target, from, allowed) => {
  expect(isAllowed(new URL(target), new URL(from))).toBe(allowed);
});
