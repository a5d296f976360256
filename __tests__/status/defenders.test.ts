import type { Defender } from "../../lib/console/defenders";
import { defendersByFamily } from "../../lib/status/defenders";

const HERE = { account: "111122223333", region: "eu-west-1" };
const ID = "0a5ca4ed-06f0-4d30-bf8b-d17a3c3b5a4e";
const OTHER = "1a5ca4ed-06f0-4d30-bf8b-d17a3c3b5a4e";

function defender(hostname: string, more: Partial<Defender> = {}): Defender {
  return {
    type: "fargate",
    hostname,
    connected: true,
    version: "34.04.145",
    cloudMetadata: {},
    ...more,
  };
}

function ofWeb(...defenders: Defender[]) {
  return defendersByFamily(defenders, HERE).get("web");
}

test("the containers of a task share an App ID, which counts once", () => {
  const found = ofWeb(defender(`web:${ID}`), defender(`web:${ID}`));
  expect(found).toEqual({ connected: 1, stale: 0, elsewhere: 0, versions: ["34.04.145"] });
});

test("an App ID is connected if one of its entries is", () => {
  const stale = defender(`web:${ID}`, { connected: false });
  expect(ofWeb(stale, defender(`web:${ID}`))?.connected).toBe(1);
  expect(ofWeb(defender(`web:${ID}`), stale)?.connected).toBe(1);
});

test("stale Defenders are counted separately, and their versions are ignored", () => {
  const stale = defender(`web:${OTHER}`, { connected: false, version: "30.00.100" });
  expect(ofWeb(defender(`web:${ID}`), stale)).toEqual({
    connected: 1,
    stale: 1,
    elsewhere: 0,
    versions: ["34.04.145"],
  });
});

test.each([
  [{ accountID: "999999999999" }, 0],
  [{ region: "us-east-1" }, 0],
  [{ accountID: "111122223333", region: "eu-west-1" }, 1],
  [{ accountID: "", region: "" }, 1],
  [{}, 1],
])("of the Defenders with %j, %i counts here", (cloudMetadata, connected) => {
  expect(ofWeb(defender(`web:${ID}`, { cloudMetadata }))).toMatchObject({ connected, elsewhere: 1 - connected });
});

test("a stale Defender of another region is not counted", () => {
  const stale = defender(`web:${ID}`, { connected: false, cloudMetadata: { region: "us-east-1" } });
  expect(ofWeb(stale)).toMatchObject({ connected: 0, stale: 0, elsewhere: 0 });
});

test.each(["web", `other:${ID}`, "web:not-a-uuid", `my-web:${ID}`])("%s is not of the family web", (hostname) => {
  expect(ofWeb(defender(hostname))).toBeUndefined();
});
