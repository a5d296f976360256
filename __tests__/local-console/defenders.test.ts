import { defendersOf, parseDefenderGroup } from "../../local-console/defenders";
import { get, start } from "./client";

const groups = [
  { family: "web", count: 120, connected: true },
  { family: "web", count: 3, connected: false },
  { family: "api", count: 2, connected: true, version: "33.01.137" },
];

async function list(query: string): Promise<unknown> {
  return (await get(await start({ defenders: defendersOf(groups) }), `/api/v1/defenders${query}`)).body;
}

test("without Defenders the answer is null", async () => {
  expect((await get(await start(), "/api/v1/defenders")).body).toBeNull();
});

test("a page holds fifty at most, in the order of host names", async () => {
  const page = await list("?limit=500");
  expect(page).toHaveLength(50);
  const hosts = Array.isArray(page) ? page.map(({ hostname }) => hostname) : [];
  expect(hosts).toEqual([...hosts].sort());
});

test("the last page is short, and null comes after it", async () => {
  expect(await list("?offset=100")).toHaveLength(25);
  expect(await list("?offset=125")).toBeNull();
});

test("it selects by connection, type and version", async () => {
  expect(await list("?connected=false")).toHaveLength(3);
  expect(await list("?type=appEmbedded")).toBeNull();
  expect(await list("?type=appEmbedded,fargate&latest=false")).toEqual([
    expect.objectContaining({
      version: "33.01.137",
      hostname: expect.stringMatching(/^api:[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
    }),
    expect.objectContaining({ version: "33.01.137" }),
  ]);
});

test("a list may change from call to call", async () => {
  let connected = true;
  const local = await start({ defenders: () => defendersOf([{ family: "web", count: 1, connected }]) });
  expect((await get(local, "/api/v1/defenders")).body).toMatchObject([{ connected: true }]);
  connected = false;
  expect((await get(local, "/api/v1/defenders")).body).toMatchObject([{ connected: false }]);
});

test.each([
  ["web:3", { family: "web", count: 3, connected: true }],
  ["web:3:stale", { family: "web", count: 3, connected: false }],
  ["web:3:33.01.137", { family: "web", count: 3, connected: true, version: "33.01.137" }],
])("on the command line %s is a group", (text, group) => {
  expect(parseDefenderGroup(text)).toEqual(group);
});

test.each(["web", "web:x", "web:1:old", ":1", "web:100000"])("on the command line %s is refused", (text) => {
  expect(() => parseDefenderGroup(text)).toThrow(`got ${text}.`);
});
