import * as v from "valibot";

import { consoleSetBy } from "../../lib/console/calls";
import { parseAnswer } from "../../lib/http/json-body";
import { text } from "../../lib/text/safe-text";

test("an answer is refused at its first wrong element: millions of problems would not fit into memory", () => {
  const url = new URL("https://console.example.com/api/v1/defenders");
  const call = { method: "GET", url, peer: consoleSetBy("TL_CONSOLE") } as const;
  const answer = { status: 200, body: Buffer.from("[1, 2, 3]"), header: () => "" };
  let looks = 0;
  const isText = (value: unknown) => {
    looks += 1;
    return typeof value === "string";
  };
  const shape = { expected: "a list of texts", schema: v.array(v.custom<string>(isText)) };
  const names = { who: "The Console", remedy: text`Check it.` };
  expect(() => parseAnswer(answer, call, shape, names)).toThrow(
    "The Console answered an array where a list of texts was expected: GET https://console.example.com/api/v1/defenders. Check it.",
  );
  expect(looks).toBe(1);
});
