import { clean, isDeeperThan, isJsonArray, isJsonObject, type JsonValue } from "../lib/json";

test.each<[string, JsonValue, JsonValue]>([
  ["nulls", { a: null, b: 1 }, { b: 1 }],
  ["empty lists and objects under a key", { a: [], b: {}, c: "x" }, { c: "x" }],
  ["objects and lists that become empty", { a: { b: { c: null } }, d: [null] }, {}],
  ["nulls in a list", [1, null, 2], [1, 2]],
  ["nulls under a key of an object in a list", [{ a: null, b: 1 }], [{ b: 1 }]],
])("clean removes %s", (_, value, expected) => {
  expect(clean(value)).toStrictEqual(expected);
});

test.each<[string, JsonValue]>([
  ["empty strings, zeros and false", { a: "", b: 0, c: false }],
  ["empty lists and objects in a list", [[], {}, ""]],
  ["the order of keys", { b: 1, a: 2 }],
  ["plain values", "text"],
  ["null itself", null],
])("clean keeps %s", (_, value) => {
  expect(JSON.stringify(clean(value))).toBe(JSON.stringify(value));
});

test("clean keeps keys such as __proto__ and constructor", () => {
  const value: JsonValue = JSON.parse('{"__proto__":{"a":1},"constructor":"x","toString":"y"}');
  expect(JSON.stringify(clean(value))).toBe(JSON.stringify(value));
});

test("clean does not change its argument", () => {
  const value: JsonValue = Object.freeze({ a: null, b: Object.freeze([null, 1]) });
  expect(clean(value)).toEqual({ b: [1] });
  expect(value).toEqual({ a: null, b: [null, 1] });
});

test.each([
  [{}, true, false],
  [[], false, true],
  [null, false, false],
  ["text", false, false],
])("%j is an object: %p, a list: %p", (value, isObject, isList) => {
  expect(isJsonObject(value)).toBe(isObject);
  expect(isJsonArray(value)).toBe(isList);
});

test.each<[JsonValue, number, boolean]>([
  ["text", 0, false],
  [{}, 0, true],
  [[{ a: "text" }], 2, false],
  [[{ a: [] }], 2, true],
  [JSON.parse("[".repeat(200_000) + "]".repeat(200_000)), 100, true],
])("isDeeperThan says whether a value has more levels, and looks no deeper: case %#", (value, levels, expected) => {
  expect(isDeeperThan(levels, value)).toBe(expected);
});
