import type http from "node:http";

import { login } from "../../lib/console/client";
import { type Defender, readPages, withPauses } from "../../lib/console/defenders";
import { HttpFailure } from "../../lib/http/failure";
import { text } from "../../lib/text/safe-text";
import { manualClock } from "../http/manual-clock";
import { loopback } from "../http/servers";
import { goodConsole, settingsFor } from "./good-console";

const servers = loopback();
const context = { signal: new AbortController().signal, notice: () => undefined };

afterEach(() => servers.closeAll());

const UNNAMED: Defender = {
  type: "fargate",
  hostname: "",
  connected: true,
  version: undefined,
  cloudMetadata: {},
};

type Listed = Readonly<Record<string, unknown>>;

/** A Console that lists Defenders as the published API says; `listFor` is called for each page. */
function listing(
  listFor: (query: URLSearchParams, page: number) => unknown,
  asked: string[] = [],
): http.RequestListener {
  const good = goodConsole();
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://host");
    if (pathname !== "/api/v1/defenders") return good(request, response);
    asked.push(searchParams.toString());
    const list = listFor(searchParams, asked.length);
    const offset = Number(searchParams.get("offset"));
    const page = Array.isArray(list) ? list.slice(offset, offset + Number(searchParams.get("limit"))) : list;
    response.end(JSON.stringify(Array.isArray(page) && page.length === 0 ? null : page));
  };
}

async function defendersOf(listener: http.RequestListener, types = ["fargate"], console = {}) {
  using client = await login(settingsFor(await servers.plain(listener), { console }), context);
  return await client.defenders(types);
}

function some(count: number, first = 0): Listed[] {
  return Array.from({ length: count }, (_, index) => ({
    type: "fargate",
    hostname: `web:${String(first + index).padStart(5, "0")}`,
    container: "app",
    connected: true,
  }));
}

test("a Defender has the fields that the Console gives it", async () => {
  const full = {
    type: "fargate",
    category: "appEmbedded",
    hostname: "web:0a5ca4ed-06f0-4d30-bf8b-d17a3c3b5a4e",
    container: "app",
    connected: true,
    version: "34.04.145",
    cloudMetadata: { accountID: "111122223333", region: "eu-west-1" },
  };
  const [first, second] = await defendersOf(listing(() => [full, { hostname: "bare" }]));
  const { category: _, container: __, ...expected } = full;
  expect(first).toEqual(expected);
  expect(second).toMatchObject({ type: "", hostname: "bare", connected: false });
});

test("of the cloud's facts only account and region are kept, whatever their types", async () => {
  const kept = { accountID: 111122223333, region: null };
  const list = await defendersOf(
    listing(() => [{ ...some(1)[0], cloudMetadata: { ...kept, labels: ["a".repeat(90)] } }]),
  );
  expect(list.map(({ cloudMetadata }) => cloudMetadata)).toEqual([kept]);
});

test("null counts as an empty list", async () => {
  expect(await defendersOf(listing(() => null))).toEqual([]);
});

test.each([1, 49, 50, 51, 99, 100, 149, 1234])("%i Defenders are read page by page, each once", async (count) => {
  const hosts = (await defendersOf(listing(() => some(count)))).map(({ hostname }) => hostname);
  expect(hosts).toEqual(some(count).map(({ hostname }) => hostname));
});

test("each type has a query of its own, with the type and the project", async () => {
  const asked: string[] = [];
  const list = await defendersOf(
    listing((query) => [{ ...some(1)[0], type: query.get("type") }], asked),
    ["fargate", "appEmbedded"],
    { project: "team a" },
  );
  expect(list.map(({ type }) => type)).toEqual(["fargate", "appEmbedded"]);
  const common = "limit=50&sort=hostname&offset=0&project=team+a";
  expect(asked.sort()).toEqual([`type=appEmbedded&${common}`, `type=fargate&${common}`]);
});

test.each([
  ["loses one", some(119, 1)],
  ["gains one", some(121, -1)],
])("a list that %s between two pages is read again", async (_, later) => {
  const hosts = (await defendersOf(listing((_, page) => (page === 1 ? some(120) : later)))).map((one) => one.hostname);
  expect(hosts).toEqual(later.map(({ hostname }) => hostname));
});

test("the containers of a task may come in another order at each page", async () => {
  const containers = ["app", "helper", "router"];
  const inOrder = (order: readonly string[]) =>
    some(60).flatMap((one) => order.map((container) => ({ ...one, container })));
  const list = await defendersOf(listing((_, page) => inOrder(page % 2 ? containers : containers.toReversed())));
  expect(new Set(list.map(({ hostname }) => hostname)).size).toBe(60);
});

test("reading a list that never ends is given up", async () => {
  const endless = async (offset: number) =>
    Array.from({ length: 50_000 }, (_, index) => ({ ...UNNAMED, hostname: `web:${offset + index}` }));
  await expect(readPages(endless)).rejects.toThrow(
    "The Console's list of Defenders has more than 250000 entries: GET …/defenders. Check that TL_CONSOLE leads to a Prisma Cloud Compute Console.",
  );
});

test("a list that changes between all its pages is given up with one sentence", async () => {
  const failing = defendersOf(listing((_, page) => some(120, page)));
  await expect(failing).rejects.toThrow(
    "The Console's list of Defenders changed while its pages were read, 5 times: GET …/defenders. Try again",
  );
});

test.each([
  ["an object", {}, "answered an object with the keys"],
  ["a list of texts", ["web"], "answered an array where a list of Defenders, or null, was expected"],
  ["a Defender whose connection is a text", [{ hostname: "web", connected: "yes" }], "answered an array where"],
])("%s in place of the list is refused", async (_, answer, says) => {
  await expect(defendersOf(listing(() => answer))).rejects.toThrow(says);
});

describe("a Console that throttles its list", () => {
  const throttled = new HttpFailure(text`GET …/defenders`, text`Too many requests`, text`Wait.`, { status: 429 });

  async function reading(refusals: number) {
    const { clock, runNext, waiting } = manualClock();
    const notices: string[] = [];
    let tries = 0;
    const read = async () => {
      tries += 1;
      if (tries <= refusals) throw throttled;
      return "page";
    };
    let ended = false;
    const result = withPauses(read, { signal: context.signal, notice: (line) => notices.push(line) }, clock);
    result
      .catch(() => undefined)
      .finally(() => {
        ended = true;
      });
    while (!ended) {
      await new Promise((resolve) => setImmediate(resolve));
      if (waiting() > 0) runNext();
    }
    return { result, notices, waited: clock.now() };
  }

  test("is asked again after half a minute", async () => {
    const { result, notices, waited } = await reading(2);
    expect(await result).toBe("page");
    expect(waited).toBe(60_000);
    expect(notices).toEqual(
      Array(2).fill("The Console throttles its list of Defenders: GET …/defenders. Reading on in 30 s."),
    );
  });

  test("is given up after three pauses", async () => {
    const { result, waited } = await reading(9);
    await expect(result).rejects.toThrow("Too many requests");
    expect(waited).toBe(90_000);
  });
});
