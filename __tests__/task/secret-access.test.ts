import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { TaskFileError } from "../../lib/errors";
import { readTasks } from "../../lib/task/read-tasks";
import { AWSLOGS, CONTAINER, inFolder, noticesOf, TASK } from "./read";

const SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db-AbCdEf";
const PARAMETER = "arn:aws:ssm:eu-west-1:111122223333:parameter/shop/key";
const PARTIAL = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db";
const ANY_SUFFIX = `${PARTIAL}-??????`;
const secrets = (valueFrom: string) => ({ secrets: [{ name: "A", valueFrom }] });

/** The problems of a task without an execution role, for a stack whose role may read `secretArns`. */
async function problems(container: object, secretArns: readonly string[], more: object = {}) {
  return await inFolder(async (folder) => {
    const file = join(folder, "task.json");
    const { executionRoleArn: _, ...task } = TASK;
    await writeFile(file, JSON.stringify({ ...task, containerDefinitions: [{ ...CONTAINER, ...container }], ...more }));
    try {
      const [read] = await readTasks(file, { stack: { region: "eu-west-1", secretArns } });
      expect(noticesOf(read)).toEqual([]);
      return [];
    } catch (error) {
      if (!(error instanceof TaskFileError)) throw error;
      return error.sentences.map((problem) => problem.replace(`${file}: `, ""));
    }
  });
}

const refusal = (place: string, arn: string) =>
  `${place}: the stack's role is not allowed to read it. Add ${arn} to SECRET_ARNS, or name an executionRoleArn that may read it.`;

test.each([
  ["secrets[A].valueFrom", secrets(SECRET), `"${SECRET}"`],
  ["secrets[A].valueFrom", secrets(`${SECRET}:password::`), `"${SECRET}"`],
  ["secrets[A].valueFrom", secrets(`${PARAMETER}:3`), `"${PARAMETER}"`],
  ["secrets[A].valueFrom", secrets("/shop/key"), 'the ARN of "/shop/key" in eu-west-1'],
  [
    "logConfiguration.secretOptions[A].valueFrom",
    { logConfiguration: { logDriver: "splunk", secretOptions: [{ name: "A", valueFrom: SECRET }] } },
    `"${SECRET}"`,
  ],
  [
    "repositoryCredentials.credentialsParameter",
    { repositoryCredentials: { credentialsParameter: SECRET } },
    `"${SECRET}"`,
  ],
])("a task without a role is refused when SECRET_ARNS doesn't list its %s (case %#)", async (place, container, arn) => {
  const sentence = refusal(`containerDefinitions[app].${place}`, arn);
  expect(await problems(container, [])).toEqual([sentence]);
  expect(
    await problems(container, [`${SECRET}x`, `${PARAMETER}x`, "arn:aws:kms:eu-west-1:111122223333:key/a"]),
  ).toEqual([sentence]);
});

test.each([
  ["a secret by its ARN", SECRET, SECRET],
  ["a JSON key of a secret", `${SECRET}:password::`, SECRET],
  ["secrets by the beginning of their names", SECRET, "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/*"],
  ["a parameter by its ARN", PARAMETER, PARAMETER],
  ["a parameter by its name", "/shop/key", PARAMETER],
  ["a version of a parameter", `${PARAMETER}:3`, PARAMETER],
  ["a version of a parameter by its name", "/shop/key:3", PARAMETER],
  ["a parameter by a name without folders", "key", "arn:aws:ssm:eu-west-1:111122223333:parameter/key"],
  ["parameters by the beginning of their names", "/shop/key", "arn:aws:ssm:eu-west-1:111122223333:parameter/shop/*"],
  ["a secret by its name, with any suffix", SECRET, ANY_SUFFIX],
  ["a secret without its suffix, by its name with any suffix", PARTIAL, ANY_SUFFIX],
  ["a secret without its suffix, by its ARN", PARTIAL, SECRET],
  ["a JSON key of a secret without its suffix", `${PARTIAL}:password::`, ANY_SUFFIX],
  ["a secret without its suffix by the beginning of its name", PARTIAL, `${PARTIAL}*`],
  ["a secret without its suffix by its name and the suffix's hyphen", PARTIAL, `${PARTIAL}-*`],
  ["a secret whose ARN may already end with its suffix", `${PARTIAL}-secret`, `${PARTIAL}-secret`],
  [
    "a secret whose name ends like a suffix, by its name with any suffix",
    `${PARTIAL}-secret`,
    `${PARTIAL}-secret-??????`,
  ],
])("SECRET_ARNS allows %s", async (_, valueFrom, allowed) => {
  expect(await problems(secrets(valueFrom), [allowed])).toEqual([]);
});

describe("credentials for a registry by the name of their secret", () => {
  const credentials = (credentialsParameter: string) => ({ repositoryCredentials: { credentialsParameter } });

  test.each([SECRET, ANY_SUFFIX, `${PARTIAL}*`])("are allowed by %s", async (allowed) => {
    expect(await problems(credentials("shop/db"), [allowed])).toEqual([]);
  });

  test.each([
    ["a parameter of that name", "arn:aws:ssm:eu-west-1:111122223333:parameter/shop/db"],
    ["a secret in another region", SECRET.replace("eu-west-1", "us-east-1")],
    ["another secret", `${PARTIAL}-2-AbCdEf`],
  ])("aren't allowed by %s", async (_, allowed) => {
    const place = "containerDefinitions[app].repositoryCredentials.credentialsParameter";
    expect(await problems(credentials("shop/db"), [allowed])).toEqual([
      refusal(place, 'the ARN of "shop/db" in eu-west-1'),
    ]);
  });

  test("are only said to be missing if they are empty", async () => {
    expect(await problems(credentials(""), [])).toEqual([
      expect.stringContaining("must be the name or ARN of a secret"),
    ]);
  });
});

test("a secret isn't allowed by the ARN of an earlier secret with its name", async () => {
  const sentence = refusal("containerDefinitions[app].secrets[A].valueFrom", `"${SECRET}"`);
  expect(await problems(secrets(SECRET), [`${PARTIAL}-XyZabc`])).toEqual([sentence]);
});

test("a parameter by its name isn't allowed by the ARN of one in another region: it is read in the stack's", async () => {
  const place = "containerDefinitions[app].secrets[A].valueFrom";
  expect(await problems(secrets("/shop/key"), [PARAMETER.replace("eu-west-1", "us-east-1")])).toEqual([
    refusal(place, 'the ARN of "/shop/key" in eu-west-1'),
  ]);
});

test("a secret without its suffix isn't allowed by the same ARN: IAM compares the one with the suffix", async () => {
  const sentence = refusal("containerDefinitions[app].secrets[A].valueFrom", `"${ANY_SUFFIX}"`);
  expect(await problems(secrets(PARTIAL), [PARTIAL])).toEqual([sentence]);
  expect(await problems(secrets(`${PARTIAL}:password::`), [`${PARTIAL}x`])).toEqual([sentence]);
});

test("-?????? allows a suffix of six characters only", async () => {
  const sentence = refusal("containerDefinitions[app].secrets[A].valueFrom", `"${PARTIAL}-AbCdEfG-??????"`);
  expect(await problems(secrets(`${PARTIAL}-AbCdEfG`), [ANY_SUFFIX])).toEqual([sentence]);
});

test("the credentials for the Defender's image are read by the same role", async () => {
  const runtimeDefense = {
    defenderImage: "registry.example.com/defender:defender_34_04_145",
    sidecar: { repositoryCredentials: { credentialsParameter: SECRET } },
  };
  const place = "runtimeDefense.sidecar.repositoryCredentials.credentialsParameter";
  expect(await problems({}, [], { runtimeDefense })).toEqual([refusal(place, `"${SECRET}"`)]);
  expect(await problems({}, [SECRET], { runtimeDefense })).toEqual([]);
});

test.each([
  ["is not the ARN of a secret", "arn:aws:secretsmanager:eu-west-1:123:secret:shop/db", "must be"],
  ["holds a placeholder", PARTIAL.replace("shop", "<STAGE>"), "has the placeholder"],
])("a source that %s is not to be added to SECRET_ARNS as it is", async (_, source, problem) => {
  const place = "containerDefinitions[app].secrets[A].valueFrom";
  expect(await problems(secrets(source), [])).toEqual([
    expect.stringContaining(`${place}: ${problem}`),
    refusal(place, "its ARN"),
  ]);
});

test("every secret that isn't listed is named in one run", async () => {
  const names = ["a", "b", "c"];
  const container = { secrets: names.map((name) => ({ name, valueFrom: name })) };
  expect(await problems(container, ["arn:aws:ssm:eu-west-1:111122223333:parameter/b"])).toEqual(
    ["a", "c"].map((name) =>
      refusal(`containerDefinitions[app].secrets[${name}].valueFrom`, `the ARN of "${name}" in eu-west-1`),
    ),
  );
});

test("environment files and log groups need no variable: the stack's role gets the permissions for them", async () => {
  const container = {
    environmentFiles: [{ type: "s3", value: "arn:aws:s3:::bucket/a.env" }],
    logConfiguration: { logDriver: "awslogs", options: { ...AWSLOGS, "awslogs-create-group": "true" } },
  };
  expect(await problems(container, [])).toEqual([]);
});

test("a task with a role of its own is not checked against SECRET_ARNS", async () => {
  expect(await problems(secrets(SECRET), [], { executionRoleArn: TASK.executionRoleArn })).toEqual([]);
  expect(await problems(secrets(SECRET), [], { executionRoleArn: 1 })).toEqual([
    "executionRoleArn: must be text, got a number.",
  ]);
});
