import { definitionDifferences } from "../../lib/stack/definition-differences";

const SHARE = { fileSystemId: "fs-1", authorizationConfig: { iam: "ENABLED" } };
const SENT = { family: "shop", volumes: [{ name: "empty" }, { name: "share", efsVolumeConfiguration: SHARE }] };

test("what ECS and the AWS provider fill in for a task and its volumes is no difference", () => {
  const filled = { ...SHARE, rootDirectory: "/", transitEncryptionPort: 0 };
  const volumes = [
    { name: "share", configuredAtLaunch: false, efsVolumeConfiguration: filled },
    { name: "empty", configuredAtLaunch: false, host: {} },
  ];
  expect(definitionDifferences(SENT, { ...SENT, enableFaultInjection: false, volumes }, [])).toEqual([]);
});

test("an empty text that a task's file has for a volume is no difference: the provider doesn't send it", () => {
  const volumes = [
    { name: "empty", host: { sourcePath: "" } },
    { name: "share", efsVolumeConfiguration: { ...SHARE, rootDirectory: "" } },
  ];
  expect(definitionDifferences({ ...SENT, volumes }, SENT, [])).toEqual([]);
});
