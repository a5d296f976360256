import { readFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";

import { readList } from "../../lib/aws/batches";
import { readClusters } from "../../lib/aws/clusters";
import { openEcs } from "../../lib/aws/ecs";
import { awsFailure } from "../../lib/aws/failure";
import { READ_POLICY } from "../../lib/aws/policy";
import { readRunningTasks } from "../../lib/aws/running-tasks";
import { readDefinitions } from "../../lib/aws/task-definitions";
import { AwsError } from "../../lib/errors";
import { Secret } from "../../lib/text/secret";
import { ACCOUNT, CREDENTIALS, localEcs, NETWORK, onAction, openFor, refusal, setVariables } from "./account";

const CLUSTER = "arn:aws:ecs:eu-west-1:111122223333:cluster/main";

async function sentences(work: Promise<unknown>): Promise<readonly string[]> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AwsError) return error.sentences;
  throw error instanceof Error ? error : new Error("It did not fail.");
}

/** Reads tasks from an account in which one action answers this. */
async function readingWith(action: string, response: (call: number) => Response): Promise<readonly string[]> {
  await localEcs({ ...ACCOUNT, intercept: onAction(action, response) });
  return sentences(readRunningTasks(await openFor(), CLUSTER));
}

test("missing credentials are named with the remedy", async () => {
  setVariables({ ...CREDENTIALS, AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" });
  const [sentence, ...more] = await sentences(readRunningTasks(await openFor(), CLUSTER));
  expect(more).toEqual([]);
  expect(sentence).toBe(
    'No AWS credentials: "Could not load credentials from any providers". Set the variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, AWS_PROFILE, or a role; aws sts get-caller-identity shows which are used.',
  );
});

test("a proxy that can't be used is named", async () => {
  setVariables({ ...CREDENTIALS, AWS_ENDPOINT_URL: "https://ecs.example.com" });
  const proxies = { https: { variable: "ALL_PROXY", address: new Secret("http://127.0.0.1:1") } };
  expect(await sentences(readRunningTasks(await openFor({ proxies }), CLUSTER))).toEqual([
    "The proxy 127.0.0.1:1 (ALL_PROXY) can't be used (ECONNREFUSED): ecs:ListTasks in eu-west-1. Write ALL_PROXY as http://host:port, or name ecs.example.com in NO_PROXY.",
  ]);
});

test("an address that NO_PROXY names with its port isn't asked for through the proxy", async () => {
  setVariables({ ...CREDENTIALS, AWS_ENDPOINT_URL: "https://127.0.0.1:1", AWS_MAX_ATTEMPTS: "1" });
  const https = { variable: "HTTPS_PROXY", address: new Secret("http://127.0.0.1:2") };
  const [sentence] = await sentences(
    readRunningTasks(await openFor({ proxies: { https, exceptions: "127.0.0.1:1" } }), CLUSTER),
  );
  expect(sentence).toContain('connect ECONNREFUSED 127.0.0.1:1")');
});

test("a proxy's variable that holds something else is named, and not AWS", async () => {
  setVariables({ ...CREDENTIALS, AWS_ENDPOINT_URL: "https://ecs.example.com" });
  const proxies = { https: { variable: "HTTPS_PROXY", address: new Secret("ftp://proxy.example.com") } };
  await expect(readRunningTasks(await openFor({ proxies }), CLUSTER)).rejects.toThrow(
    /^HTTPS_PROXY must be an address such as /,
  );
});

// Without a server: the SDK wraps this error of Node's in Jest's realm, and takes its code off.
test("a certificate of an unknown authority, such as a proxy's, is answered with TL_CA_CERT", () => {
  const error = Object.assign(new Error("self-signed certificate"), { code: "SELF_SIGNED_CERT_IN_CHAIN" });
  const { sentences } = awsFailure(error, { action: "ecs:ListTasks", region: "eu-west-1", limitMs: 1000 });
  expect(sentences).toEqual([
    'This machine doesn\'t trust the certificate of AWS (SELF_SIGNED_CERT_IN_CHAIN: "self-signed certificate"): ecs:ListTasks in eu-west-1. If a proxy opens TLS, set TL_CA_CERT to a PEM file with its authority; otherwise check AWS_ENDPOINT_URL.',
  ]);
});

// Without a server: for short limits, that of connecting and that of the try end at the same time.
test("a connection that can't be made in time isn't told the limit of an answer", () => {
  const error = Object.assign(new Error("The connection took too long."), { name: "TimeoutError", code: "ETIMEDOUT" });
  const { sentences } = awsFailure(error, { action: "ecs:ListTasks", region: "eu-west-1", limitMs: 30_000 });
  expect(sentences).toEqual([
    'AWS can\'t be reached (TimeoutError: "The connection took too long"), once: ecs:ListTasks in eu-west-1. Check AWS_REGION, AWS_ENDPOINT_URL, HTTPS_PROXY and the network.',
  ]);
});

test("expired credentials are named with the remedy", async () => {
  const expired = () => refusal("ExpiredTokenException", "The security token included in the request is expired.");
  expect(await readingWith("ListTasks", expired)).toEqual([
    'The AWS credentials have expired: ecs:ListTasks in eu-west-1: "The security token included in the request is expired". Sign in again, such as by aws sso login, or renew the variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, AWS_PROFILE, or a role.',
  ]);
});

test("credentials that AWS doesn't accept are reported", async () => {
  const invalid = () =>
    refusal("UnrecognizedClientException", "The security token included in the request is invalid.");
  const [sentence] = await readingWith("ListTasks", invalid);
  expect(sentence).toContain("AWS does not accept the credentials (UnrecognizedClientException): ecs:ListTasks");
});

test("a wrong clock is reported", async () => {
  const skewed = () => refusal("InvalidSignatureException", "Signature expired: 20260101T000000Z is now earlier");
  const [sentence] = await readingWith("ListTasks", skewed);
  expect(sentence).toContain("Set this machine's clock.");
});

describe("AccessDenied on one of several calls", () => {
  const message =
    "User: arn:aws:sts::111122223333:assumed-role/ci/x is not authorized to perform: ecs:DescribeTasks because no identity-based policy allows it";

  test("names the action and a sufficient policy, to be copied", async () => {
    const [sentence = ""] = await readingWith("DescribeTasks", () => refusal("AccessDeniedException", message));
    expect(sentence).toContain(`AWS does not allow ecs:DescribeTasks: ecs:DescribeTasks in eu-west-1: "${message}".`);
    expect(sentence).toContain("Ask for this permission.");
    const [json = ""] = /\{.*\}/.exec(sentence) ?? [];
    expect(JSON.parse(json)).toEqual(READ_POLICY);
  });

  test.each([
    [
      "AccessDenied",
      "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: sts:AssumeRole on resource: x",
    ],
    ["AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"],
    ["InvalidIdentityTokenException", "No OpenIDConnect provider found in your account"],
  ])("for the role of the credentials names its trust policy (%s: %s)", async (name, why) => {
    expect(await readingWith("DescribeTasks", () => refusal(name, why))).toEqual([
      `AWS does not let the credentials assume their role: ecs:DescribeTasks in eu-west-1: "${why}". Check the role's trust policy and its ARN (AWS_PROFILE or AWS_ROLE_ARN).`,
    ]);
  });

  test("docs/status.md has the same policy", () => {
    const document = readFileSync(join(__dirname, "../../docs/status.md"), "utf8");
    const [, json = ""] = /```json\n([\s\S]*?)```/.exec(document) ?? [];
    expect(JSON.parse(json)).toEqual(READ_POLICY);
  });
});

test("a missing cluster is named", async () => {
  await localEcs(ACCOUNT);
  expect(await sentences(readClusters(await openFor(), ["main", "mian"]))).toEqual([
    'There is no cluster "mian" in eu-west-1. Check --cluster (without it ECS_CLUSTER or STACK_NAME), AWS_REGION and AWS_PROFILE; --all-clusters reads all.',
  ]);
});

test("a missing task definition is named", async () => {
  await localEcs(ACCOUNT);
  expect(await sentences(readDefinitions(await openFor(), ["web:9"]))).toEqual([
    'ECS has no task definition "web:9": ecs:DescribeTaskDefinition in eu-west-1. Check its name, AWS_REGION and AWS_PROFILE.',
  ]);
});

describe("throttling", () => {
  const throttled = () => refusal("ThrottlingException", "Rate exceeded");

  test("that ends is waited for", async () => {
    await localEcs({
      ...ACCOUNT,
      intercept: onAction("DescribeTasks", (call) => (call === 1 ? throttled() : undefined)),
    });
    expect(await readRunningTasks(await openFor(), CLUSTER)).toHaveLength(3);
  });

  test("that goes on ends in one sentence", async () => {
    expect(await readingWith("DescribeTasks", throttled)).toEqual([
      "AWS throttled the calls, 2 times in a row (ThrottlingException): ecs:DescribeTasks in eu-west-1. Try again later, set AWS_MAX_ATTEMPTS higher or TL_CONCURRENCY lower.",
    ]);
  });
});

describe("an endpoint", () => {
  let server: http.Server;

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function serve(listener: http.RequestListener): Promise<string> {
    server = http.createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    setVariables({ ...CREDENTIALS, AWS_ENDPOINT_URL: url, AWS_MAX_ATTEMPTS: "2" });
    return url;
  }

  test("that hangs", async () => {
    await serve(() => undefined);
    const hanging = sentences(readRunningTasks(await openFor({ timeoutMs: 100 }), CLUSTER));
    expect(await hanging).toEqual([
      "AWS did not answer within 0.1 s, 2 times: ecs:ListTasks in eu-west-1. Check that this machine may reach it (AWS_ENDPOINT_URL, HTTPS_PROXY), or raise TL_TIMEOUT_MS.",
    ]);
  });

  test("whose answer never ends", async () => {
    await serve(
      (_, response) => void response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).write("{"),
    );
    const [sentence] = await sentences(readRunningTasks(await openFor({ timeoutMs: 200 }), CLUSTER));
    expect(sentence).toContain("AWS did not answer within 0.2 s, 2 times: ecs:ListTasks in eu-west-1.");
  });

  test("whose answer is too long", async () => {
    const chunk = Buffer.alloc(1024 * 1024, "x");
    await serve((_, response) => {
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      for (let mebibytes = 0; mebibytes < 20; mebibytes++) response.write(chunk);
    });
    const [sentence] = await sentences(readRunningTasks(await openFor(), CLUSTER));
    // The SDK adds to the reason.
    expect(sentence).toMatch(
      /^AWS refused a call \(AnswerTooLong, HTTP 200\): ecs:ListTasks in eu-west-1: "The answer exceeds 16 MiB\. .*"\. Check AWS_REGION, AWS_PROFILE and AWS_ENDPOINT_URL\.$/,
    );
  });

  test("that echoes credentials which the SDK has looked up is masked, and they are looked up once", async () => {
    const token = "Elsewhere/FwoGZXIvYXdzEBYaD0815";
    const secretAccessKey = "Elsewhere/wJalrXUtnFEMI0815";
    let lookUps = 0;
    const url = await serve((request, response) => {
      if (request.url === "/credentials") {
        lookUps += 1;
        const Expiration = new Date(Date.now() + 3_600_000).toISOString();
        const found = { AccessKeyId: "AKIAELSEWHERE", SecretAccessKey: secretAccessKey, Token: token, Expiration };
        return void response.end(JSON.stringify(found));
      }
      const message = `You sent ${request.headers["x-amz-security-token"]}, signed with ${secretAccessKey}.`;
      response.writeHead(400).end(JSON.stringify({ __type: "InvalidSignatureException", message }));
    });
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...variables } = CREDENTIALS;
    const AWS_CONTAINER_CREDENTIALS_FULL_URI = `${url}/credentials`;
    setVariables({ ...variables, AWS_CONTAINER_CREDENTIALS_FULL_URI, AWS_ENDPOINT_URL: url });
    const ecs = await openFor();
    const readings = [readRunningTasks(ecs, CLUSTER), readRunningTasks(ecs, CLUSTER), readClusters(ecs, "all")];
    for (const [sentence] of await Promise.all(readings.map(sentences))) {
      expect(sentence).toContain('in eu-west-1: "You sent [redacted], signed with [redacted]".');
    }
    expect(lookUps).toBe(1);
  });

  test("without a listener", async () => {
    const url = await serve(() => undefined);
    await new Promise((resolve) => server.close(resolve));
    const [sentence] = await sentences(readRunningTasks(await openFor(), CLUSTER));
    expect(sentence).toContain("AWS can't be reached (ECONNREFUSED:");
    expect(sentence).toContain(url.replace("http://", ""));
  });

  test("that answers with a web page", async () => {
    await serve((_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>Sign in</html>"));
    const [sentence] = await sentences(readRunningTasks(await openFor(), CLUSTER));
    // The reason is Node's, and the SDK adds to it.
    expect(sentence).toMatch(
      /^AWS refused a call \(SyntaxError, HTTP 200\): ecs:ListTasks in eu-west-1: "[^"]*"<html>Sign in<\/html>" is not valid JSON.*"\. Check AWS_REGION, AWS_PROFILE and AWS_ENDPOINT_URL\.$/,
    );
  });

  test.each([
    ["ServerException", 500, JSON.stringify({ __type: "ServerException", message: "Service Unavailable." })],
    ["SyntaxError", 503, "<html>Service Unavailable</html>"],
    ["Unknown", 502, ""],
  ])("that fails again and again (%s, HTTP %i)", async (name, status, body) => {
    await serve((_, response) => response.writeHead(status).end(body));
    expect(await sentences(readRunningTasks(await openFor(), CLUSTER))).toEqual([
      `AWS failed, 2 times (${name}, HTTP ${status}): ecs:ListTasks in eu-west-1. Try again later.`,
    ]);
  });
});

describe("two accounts or regions mixed up", () => {
  const other = "arn:aws:ecs:eu-west-1:999999999999";

  test("a cluster of another region", async () => {
    await localEcs(ACCOUNT);
    await expect(readClusters(await openFor(), [CLUSTER.replace("eu-west-1", "us-east-1")])).rejects.toThrow(
      "--cluster names a cluster in us-east-1, but this run reads eu-west-1. Set AWS_REGION=us-east-1; one run reads one region.",
    );
  });

  test("an error of ECS that says so", async () => {
    const said = "Identifier is for us-east-1. Your accountId is 111122223333";
    const [sentence] = await readingWith("ListTasks", () => refusal("InvalidParameterException", said));
    expect(sentence).toBe(
      `AWS refused a call (InvalidParameterException, HTTP 400): ecs:ListTasks in eu-west-1: "${said}". Check AWS_REGION, AWS_PROFILE and AWS_ENDPOINT_URL.`,
    );
  });

  const MAIN = { clusterArn: CLUSTER, clusterName: "main" };
  const OTHER = { clusterArn: `${other}:cluster/other`, clusterName: "other" };
  const ELSEWHERE = { clusterArn: `${CLUSTER.replace("eu-west-1", "us-east-1")}-2`, clusterName: "main-2" };

  test.each([
    ["another region", [MAIN, ELSEWHERE]],
    ["another account", [MAIN, OTHER]],
  ])("answers from %s, too", async (_, clusters) => {
    await localEcs({ ...ACCOUNT, intercept: onAction("DescribeClusters", () => Response.json({ clusters })) });
    const names = clusters.map(({ clusterName }) => clusterName);
    const found = clusters.map(({ clusterArn }) => `"${clusterArn}"`).join(", ");
    expect(await sentences(readClusters(await openFor(), names))).toEqual([
      `Two accounts or regions are mixed up: asked for clusters in eu-west-1, ECS answered with ${found}. Check AWS_REGION, AWS_PROFILE and AWS_ENDPOINT_URL.`,
    ]);
  });

  const TASK = "arn:aws:ecs:eu-west-1:111122223333:task/main/1";

  test.each([
    ["a task of another account", { taskArn: `${other}:task/main/1` }],
    ["a task of another region", { taskArn: TASK.replace("eu-west-1", "us-east-1") }],
    ["a task whose ARN is none", { taskArn: "main/1" }],
    ["a task with a definition of another account", { taskDefinitionArn: `${other}:task-definition/web:1` }],
  ])("%s", async (_, wrong) => {
    const taskDefinitionArn = TASK.replace("task/main/1", "task-definition/web:1");
    const task = { taskArn: TASK, taskDefinitionArn, lastStatus: "RUNNING", ...wrong };
    expect(await readingWith("DescribeTasks", () => Response.json({ tasks: [task], failures: [] }))).toEqual([
      `Two accounts or regions are mixed up: the cluster "${CLUSTER}" is said to run "${Object.values(wrong)[0]}". Check AWS_ENDPOINT_URL.`,
    ]);
  });
});

describe("an invalid answer", () => {
  test.each(["taskArn", "taskDefinitionArn", "lastStatus"])("a task without %s", async (key) => {
    const task = { taskArn: CLUSTER, taskDefinitionArn: CLUSTER, lastStatus: "RUNNING", [key]: undefined };
    expect(await readingWith("DescribeTasks", () => Response.json({ tasks: [task] }))).toEqual([
      `ECS described a task whose ${key} is missing or has the wrong type: ecs:DescribeTasks in eu-west-1. Check AWS_ENDPOINT_URL.`,
    ]);
  });

  test.each(["taskDefinitionArn", "family", "revision"])("a task definition without %s", async (key) => {
    const taskDefinition = { taskDefinitionArn: "x", family: "web", revision: 1, [key]: undefined };
    const intercept = onAction("DescribeTaskDefinition", () => Response.json({ taskDefinition }));
    await localEcs({ ...ACCOUNT, intercept });
    expect(await sentences(readDefinitions(await openFor(), ["web:1"]))).toEqual([
      'ECS described a task definition without its ARN, family or revision: "web:1": ecs:DescribeTaskDefinition in eu-west-1. Check AWS_ENDPOINT_URL.',
    ]);
  });

  test.each<[string, object]>([
    ["containers", { containers: "app" }],
    ["containers.0", { containers: [null] }],
    ["containers.0.lastStatus", { containers: [{ name: "app", lastStatus: 1 }] }],
    ["overrides", { overrides: "none" }],
    ["overrides.containerOverrides", { overrides: { containerOverrides: {} } }],
    ["overrides.containerOverrides.0", { overrides: { containerOverrides: [null] } }],
    ["overrides.containerOverrides.0.name", { overrides: { containerOverrides: [{ command: ["x"] }] } }],
    ["overrides.containerOverrides.0.command", { overrides: { containerOverrides: [{ name: "a", command: "x" }] } }],
    [
      "overrides.containerOverrides.0.environment.0.name",
      { overrides: { containerOverrides: [{ name: "a", environment: [{ name: 7 }] }] } },
    ],
  ])("a task whose %s is of another type", async (path, parts) => {
    const arn = CLUSTER.replace("cluster/main", "task/main/1");
    const taskDefinitionArn = CLUSTER.replace("cluster/main", "task-definition/web:1");
    const task = { taskArn: arn, taskDefinitionArn, lastStatus: "RUNNING", ...parts };
    expect(await readingWith("DescribeTasks", () => Response.json({ tasks: [task], failures: [] }))).toEqual([
      `ECS described a task whose ${path} is missing or has the wrong type: ecs:DescribeTasks in eu-west-1. Check AWS_ENDPOINT_URL.`,
    ]);
  });

  test("tasks that are left out of the answer", async () => {
    const [sentence] = await readingWith("DescribeTasks", () => Response.json({ tasks: [], failures: [] }));
    expect(sentence).toMatch(
      /^ECS did not describe "arn:aws:ecs:\S+" \(no reason given\): ecs:DescribeTasks\. Try again\.$/,
    );
  });

  test("clusters that are left out of the answer", async () => {
    await localEcs({ ...ACCOUNT, intercept: onAction("DescribeClusters", () => Response.json({})) });
    expect(await sentences(readClusters(await openFor(), "all"))).toEqual([
      `ECS did not describe "${CLUSTER}" (no reason given): ecs:DescribeClusters. Try again.`,
    ]);
  });

  test("a task that can't be described", async () => {
    const arn = CLUSTER.replace("cluster/main", `task/main/${"1".padStart(32, "0")}`);
    const failures = [{ arn, reason: "ACCESS_DENIED" }];
    const [sentence] = await readingWith("DescribeTasks", () => Response.json({ tasks: [], failures }));
    expect(sentence).toContain(`ECS did not describe "${arn}" (ACCESS_DENIED): ecs:DescribeTasks. Try again.`);
  });

  test.each([
    ["entries", (page: number) => entries(page, 100_000)],
    // After many entries in the first page: half a million pages would take a second.
    ["pages", (page: number) => (page === 1 ? entries(page, 499_900) : [])],
  ])("a list without end, of new %s", async (_, arnsOf) => {
    let pages = 0;
    const page = async () => ({ arns: arnsOf(++pages), nextToken: String(pages) });
    expect(await sentences(readList("ecs:ListTasks", page))).toEqual([
      "ecs:ListTasks gave a list without end. Check AWS_ENDPOINT_URL.",
    ]);
  });

  function entries(page: number, length: number): readonly string[] {
    return Array.from({ length }, (_, index) => `arn:${page}:${index}`);
  }

  test.each([{}, { taskArns: "task/1" }])("%j instead of a list", async (answer) => {
    expect(await readingWith("ListTasks", () => Response.json(answer))).toEqual([
      "ecs:ListTasks gave no list. Check AWS_ENDPOINT_URL.",
    ]);
  });

  test("a list that repeats the same page", async () => {
    const [sentence] = await readingWith("ListTasks", () => Response.json({ taskArns: [], nextToken: "again" }));
    expect(sentence).toContain("ecs:ListTasks gave a list without end.");
  });
});

test("stopped by the user while the SDK searches for credentials, it ends with the user's reason", async () => {
  const stop = new AbortController();
  const waiting: http.ServerResponse[] = [];
  const server = http.createServer((_, response) => {
    waiting.push(response);
    stop.abort(new Error("Stopped by SIGINT."));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...variables } = CREDENTIALS;
  setVariables({ ...variables, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/credentials`, AWS_ENDPOINT_URL: url });
  using ecs = await openEcs({ network: NETWORK, signal: stop.signal });
  await expect(readRunningTasks(ecs, CLUSTER)).rejects.toThrow("Stopped by SIGINT.");
  // Ends the search, which would otherwise be tried again.
  const found = { AccessKeyId: "AKIALATE", SecretAccessKey: "late", Token: "late", Expiration: "2099-01-01T00:00:00Z" };
  for (const response of waiting) response.end(JSON.stringify(found));
  server.close();
});

test("stopped by the user, it ends with the user's reason", async () => {
  await localEcs({ ...ACCOUNT, latencyMs: 60_000 });
  const stop = new AbortController();
  using ecs = await openEcs({ network: NETWORK, signal: stop.signal });
  const reading = readRunningTasks(ecs, CLUSTER);
  stop.abort(new Error("Stopped by SIGINT."));
  await expect(reading).rejects.toThrow("Stopped by SIGINT.");
});
