import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";

import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../../lib/json";

/** An emulated AWS on loopback: moto_server behind a proxy that can alter, refuse and record what ECS is asked. */
export type Emulator = {
  readonly url: string;
  /** The ECS and Secrets Manager calls that change something, in order. */
  readonly changes: readonly string[];
  /** Makes ECS refuse to register this family from now on. */
  refuse(family: string | undefined): void;
  /** Forgets everything. */
  reset(): Promise<void>;
  /** Makes one call of the JSON API of ECS, Secrets Manager or CloudWatch Logs. */
  call(service: keyof typeof TARGETS, action: string, input?: JsonObject): Promise<JsonObject>;
  /** Creates an IAM role that exists before the stack. */
  createRole(name: string): Promise<void>;
  stop(): Promise<void>;
};

/** The body of RegisterTaskDefinition on its way to the emulator. */
export type OnRegister = (definition: JsonObject) => JsonObject;

const TARGETS = { ecs: "AmazonEC2ContainerServiceV20141113", secretsmanager: "secretsmanager", logs: "Logs_20140328" };
export const REGION = "eu-west-1";

export async function startEmulator(onRegister: OnRegister = (definition) => definition): Promise<Emulator> {
  const port = await freePort();
  // moto has AWS' managed policies only with this variable.
  const env = { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: "true" };
  const moto = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], { env, stdio: "ignore" });
  const behind = `http://127.0.0.1:${port}`;
  await answers(`${behind}/moto-api/`, moto);

  const changes: string[] = [];
  let refused: string | undefined;
  const proxy = createServer((incoming, outgoing) => {
    void (async () => {
      const body = await bodyOf(incoming);
      const action = /\.(\w+)$/.exec(String(incoming.headers["x-amz-target"] ?? ""))?.[1] ?? "";
      if (/^(Create|Delete|Put|Update|Register|Deregister|Tag)/.test(action)) changes.push(action);
      if (action !== "RegisterTaskDefinition") return forward(port, incoming, body, outgoing);
      const definition: JsonValue = JSON.parse(body.toString());
      if (!isJsonObject(definition)) throw new Error("RegisterTaskDefinition takes an object");
      if (definition.family === refused) {
        outgoing.writeHead(400, { "content-type": "application/x-amz-json-1.1" });
        outgoing.end(JSON.stringify({ __type: "ClientException", message: "Refused for the test." }));
        return;
      }
      forward(port, incoming, Buffer.from(JSON.stringify(onRegister(definition))), outgoing);
    })();
  });
  await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
  const { port: ownPort } = addressOf(proxy);
  const url = `http://127.0.0.1:${ownPort}`;
  return {
    url,
    changes,
    refuse: (family) => {
      refused = family;
    },
    reset: async () => {
      changes.length = 0;
      refused = undefined;
      await fetch(`${behind}/moto-api/reset`, { method: "POST" });
    },
    call: (service, action, input = {}) => callApi(url, service, action, input),
    createRole: async (name) => {
      const query = { Action: "CreateRole", Version: "2010-05-08", RoleName: name, AssumeRolePolicyDocument: "{}" };
      const headers = { authorization: authorizationFor("iam") };
      const { ok, status } = await fetch(url, { method: "POST", headers, body: new URLSearchParams(query) });
      if (!ok) throw new Error(`CreateRole: ${status}`);
    },
    stop: async () => {
      proxy.closeAllConnections();
      await new Promise((done) => proxy.close(done));
      const ended = new Promise((done) => moto.once("exit", done));
      moto.kill("SIGKILL");
      await ended;
    },
  };
}

// moto reads account, region and service from it, and doesn't check the signature.
function authorizationFor(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
}

async function callApi(url: string, service: keyof typeof TARGETS, action: string, input: JsonObject) {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `${TARGETS[service]}.${action}`,
      authorization: authorizationFor(service),
    },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  const answer: JsonValue = text === "" ? {} : JSON.parse(text);
  if (!response.ok || !isJsonObject(answer)) throw new Error(`${action}: ${response.status} ${text}`);
  return answer;
}

function forward(port: number, incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse): void {
  const { method, url: path, headers } = incoming;
  const length = { ...headers, "content-length": String(body.length) };
  request({ host: "127.0.0.1", port, method, path, headers: length }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  })
    .on("error", () => outgoing.destroy())
    .end(body);
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    try {
      if ((await fetch(url)).ok) return;
    } catch {
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  throw new Error(`moto_server ended with status ${child.exitCode}.`);
}

async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = addressOf(server);
  await new Promise((done) => server.close(done));
  return port;
}

function addressOf(server: Pick<Server, "address">): AddressInfo {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server doesn't listen");
  return address;
}

/** The definition as ECS is reported to store it: with its defaults filled in, and without empty variables. */
export function completeAsEcs(definition: JsonObject): JsonObject {
  const { containerDefinitions } = definition;
  if (!isJsonArray(containerDefinitions)) return definition;
  return {
    placementConstraints: [],
    volumes: [],
    ...definition,
    containerDefinitions: containerDefinitions.map((container) =>
      isJsonObject(container) ? completeContainer(container) : container,
    ),
  };
}

function completeContainer(container: JsonObject): JsonObject {
  const { environment, firelensConfiguration, linuxParameters, portMappings, healthCheck } = container;
  const capabilities = objectOf(objectOf(linuxParameters).capabilities);
  return {
    ...{ cpu: 0, essential: true, mountPoints: [], volumesFrom: [], systemControls: [], portMappings: [] },
    ...container,
    environment: listOf(environment).filter((entry) => objectOf(entry).value !== ""),
    ...(linuxParameters !== undefined && {
      linuxParameters: {
        ...objectOf(linuxParameters),
        capabilities: { add: [], drop: [], ...capabilities },
      },
    }),
    ...(firelensConfiguration !== undefined && { user: container.user ?? "0" }),
    ...(portMappings !== undefined && {
      portMappings: listOf(portMappings).map((port) => ({
        hostPort: objectOf(port).containerPort ?? 0,
        protocol: "tcp",
        ...objectOf(port),
      })),
    }),
    ...(healthCheck !== undefined && {
      healthCheck: { interval: 30, timeout: 5, retries: 3, ...objectOf(healthCheck) },
    }),
  };
}

/** The value if it is an object, else an empty one. */
export function objectOf(value: JsonValue | undefined): JsonObject {
  return value !== undefined && isJsonObject(value) ? value : {};
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return isJsonArray(value) ? value : [];
}
